package import BatonEncoding

extension HaveSet {
    package static let authorsMax = 4096
    package static let intervalsMax = 65_536

    /// Writes `[[author, [[first, last, head]…], [[seq, id, held]…]]…]` (CDDL `have`).
    package func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(self.authors.count)
        for have in self.authors {
            writer.arrayHeader(3)
            have.author.encode(into: &writer)
            writer.arrayHeader(have.intervals.count)
            for interval in have.intervals {
                writer.arrayHeader(3)
                writer.unsigned(interval.first)
                writer.unsigned(interval.last)
                writer.bytes(interval.head.bytes)
            }
            writer.arrayHeader(have.contested.count)
            for place in have.contested {
                writer.arrayHeader(3)
                writer.unsigned(place.seq)
                writer.bytes(place.id.bytes)
                writer.bool(place.isHeld)
            }
        }
    }

    package func encoded() -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: 256)
        self.encode(into: &writer)
        return writer.bytes
    }

    package init(from reader: inout CBORReader) throws(ModelFault) {
        self.init()
        let count = try reader.modelArray("have", upTo: Self.authorsMax)
        var before: Author?
        for _ in 0..<count {
            try reader.expectArray(of: 3, "have.author")
            var entry = AuthorHave(author: try Author(from: &reader))
            guard before.map({ $0 < entry.author }) ?? true else { throw .malformed("have.author") }
            before = entry.author
            try entry.readIntervals(from: &reader)
            try entry.readContested(from: &reader)
            self.set(entry)
        }
    }
}

extension AuthorHave {
    fileprivate mutating func readIntervals(from reader: inout CBORReader) throws(ModelFault) {
        let count = try reader.modelArray("have.intervals", upTo: HaveSet.intervalsMax)
        for _ in 0..<count {
            try reader.expectArray(of: 3, "have.interval")
            let first = try reader.modelUnsigned("have.first")
            let last = try reader.modelUnsigned("have.last", upTo: UInt64(Int64.max))
            guard let head = DeltaID(try reader.modelBytes("have.head", count: 32)) else {
                throw .malformed("have.head")
            }
            // Touching runs would be one run: there is one way to state a set.
            let isAfter = self.intervals.last.map { first > $0.last + 1 } ?? true
            guard first > 0, first <= last, isAfter else { throw .malformed("have.interval") }
            self.intervals.append(HaveInterval(first: first, last: last, head: head))
        }
    }

    fileprivate mutating func readContested(from reader: inout CBORReader) throws(ModelFault) {
        let count = try reader.modelArray("have.contested", upTo: HaveSet.intervalsMax)
        for _ in 0..<count {
            try reader.expectArray(of: 3, "have.contested")
            let seq = try reader.modelUnsigned("have.contested", upTo: UInt64(Int64.max))
            guard let id = DeltaID(try reader.modelBytes("have.contested", count: 32)) else {
                throw .malformed("have.contested")
            }
            let isHeld: Bool
            do { isHeld = try reader.bool() } catch { throw .encoding(error) }
            let place = ContestedPlace(seq: seq, id: id, isHeld: isHeld)
            if let last = self.contested.last {
                guard (last.seq, last.id) < (seq, id) else { throw .malformed("have.contested") }
            }
            self.contested.append(place)
        }
    }
}
