import BatonEncoding

extension DocumentState {
    /// Hashes one compartment of a document, so that replicas can be compared (`docs/protocol.md`, "State
    /// digest").
    ///
    /// Two digests mean something together only when both were made at one level with nothing unread.
    ///
    /// - Parameter timeline: The compartment's entries in any order.
    /// - Complexity: O(n log n) in the entries.
    package func digest(
        of compartment: Compartment, timeline: [TimelineEntry], level: UInt64, hashing: some Hashing
    ) -> Digest256 {
        let state = self[compartment] ?? CompartmentState(compartment: compartment)
        var writer = CBORWriter(reservingCapacity: 1024)
        writer.arrayHeader(12)
        writer.unsigned(1)
        writer.bytes(self.id.bytes)
        writer.unsigned(UInt64(compartment.code))
        writer.unsigned(level)
        writer.unsigned(UInt64(state.unread.count))
        writer.arrayHeader(self.frontier.count)
        for position in self.frontier { writer.bytes(position.id.bytes) }
        for map in [state.registers, state.sets, state.milestones] {
            writer.digestMap(map.entries.map { ($0.field, $0.value) })
        }
        writer.digestMap(state.ledgers.entries.map { ($0.field, $0.value.map(\.write)) })
        writer.arrayHeader(state.closures.count)
        for closure in state.closures {
            writer.arrayHeader(3)
            writer.unsigned(UInt64(closure.kindCode))
            writer.bytes(closure.write.dot.delta.bytes)
            writer.unsigned(UInt64(closure.write.dot.index))
        }
        let ordered = timeline.sorted { Self.isBefore($0.write, $1.write) }
        writer.arrayHeader(ordered.count)
        for entry in ordered {
            writer.arrayHeader(4)
            writer.bytes(entry.write.dot.delta.bytes)
            writer.unsigned(UInt64(entry.write.dot.index))
            writer.unsigned(UInt64(entry.field.code))
            writer.value(entry.write.value ?? .null)
        }
        return hashing.digest256(writer.bytes)
    }

    private static func isBefore(_ left: Write, _ right: Write) -> Bool {
        left.stamp == right.stamp ? left.dot < right.dot : left.stamp < right.stamp
    }
}

extension CBORWriter {
    fileprivate mutating func digestMap(_ entries: [(field: FieldCode, writes: [Write])]) {
        self.arrayHeader(entries.count)
        for entry in entries {
            self.arrayHeader(2)
            self.unsigned(UInt64(entry.field.code))
            self.arrayHeader(entry.writes.count)
            for write in entry.writes {
                self.arrayHeader(3)
                self.bytes(write.dot.delta.bytes)
                self.unsigned(UInt64(write.dot.index))
                self.value(write.value ?? .null)
            }
        }
    }
}

/// Hashes document digests, taken in order of (document, compartment), into the digest of a replica.
package struct ReplicaDigest: Sendable {
    private var message: [UInt8] = Array("baton/replica/1".utf8)
    package private(set) var documentCount = 0

    package init() {}

    package mutating func include(_ document: DocumentID, _ compartment: Compartment, _ digest: Digest256) {
        self.message.append(contentsOf: document.bytes)
        self.message.append(compartment.code)
        self.message.append(contentsOf: digest.bytes)
        self.documentCount += 1
    }

    package func finish(hashing: some Hashing) -> Digest256 { hashing.digest256(self.message) }
}
