/// What a node has done since it started.
package struct NodeCounters: Sendable, Equatable {
    package var changesAuthored: UInt64 = 0
    package var commitsShared: UInt64 = 0
    package var deltasMerged: UInt64 = 0
    package var deltasRepeated: UInt64 = 0
    package var signatureChecks: UInt64 = 0
    package var signaturesRefused: UInt64 = 0
    package var receiptsTaken: UInt64 = 0
    package var linksGreeted: UInt64 = 0
    package var linksLost: UInt64 = 0
    package var findings: UInt64 = 0
    package var requestsAnswered: UInt64 = 0

    package init() {}
}
