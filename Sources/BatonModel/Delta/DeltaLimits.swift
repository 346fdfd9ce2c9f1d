/// Bounds of one delta. A header or delta over a bound is malformed, wherever it comes from.
package enum DeltaLimits {
    package static let headerBytesMax = 8 * 1024
    package static let deltaBytesMax = 64 * 1024
    package static let operationsMax = 256
    package static let contextEntriesMax = 128
    package static let unreadRangesMax = 64
    package static let partsMax = 8
    package static let fieldCodeMax = 1023
    package static let textBytesMax = 32 * 1024
}
