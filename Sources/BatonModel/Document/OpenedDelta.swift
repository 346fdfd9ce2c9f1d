package import BatonEncoding

/// A delta whose parts have been opened as far as this replica can: the fold's input.
package struct OpenedDelta: Sendable {
    /// What became of one part.
    package enum Part: Sendable, Equatable {
        case bodies([Body])
        /// The plaintext is malformed. In `global` the delta is void, elsewhere the part alone is.
        case void
        /// Erased, or not readable by this build though the site may read it.
        case unread
        /// In a compartment that this site is not cleared for: nothing of it is folded here.
        case withheld
    }

    package struct Body: Sendable, Equatable {
        package let index: UInt32
        package let value: CBORValue

        package init(index: UInt32, value: CBORValue) {
            self.index = index
            self.value = value
        }
    }

    package let id: DeltaID
    package let header: Header
    /// One per `header.parts`.
    package let parts: [Part]

    package init(id: DeltaID, header: Header, parts: [Part]) {
        precondition(parts.count == header.parts.count, "one opened part for each described part")
        self.id = id
        self.header = header
        self.parts = parts
    }
}

extension OpenedDelta {
    /// Judges a delta before it is folded, from signed bytes and the membership alone.
    ///
    /// - Parameter isAuthorised: What the membership at the delta's epoch says of its site and actor.
    /// - Returns: `.applied`, `.void`, or `.unread` where the delta needs a newer build.
    package func judged(by table: FieldTable, isAuthorised: Bool) -> Fate {
        guard isAuthorised else { return .void }
        var fate = Fate.applied
        for (descriptor, part) in zip(self.header.parts, self.parts) where descriptor.compartment == .global {
            switch part {
            case .void: return .void
            case .unread, .withheld: fate = .unread
            case .bodies(let bodies):
                switch self.judge(bodies, table) {
                case .void: return .void
                case .unread: fate = .unread
                case .applied, .waiting: break
                }
            }
        }
        return fate
    }

    private func judge(_ bodies: [Body], _ table: FieldTable) -> Fate {
        var fate = Fate.applied
        for body in bodies {
            switch self.judgeOperation(body, table) {
            case .void: return .void
            case .unread: fate = .unread
            case .applied, .waiting: break
            }
        }
        return fate
    }

    /// An operation that this build does not know is malformed where its delta claims a level that we read,
    /// and unread above it.
    func judgeOperation(_ body: Body, _ table: FieldTable) -> Fate {
        let shape = self.header.shape[Int(body.index)]
        let isNewer = self.header.level > table.level
        guard let rule = table.rule(self.header.document, shape.field), let kind = shape.kind else {
            return isNewer ? .unread : .void
        }
        guard rule.level <= self.header.level, rule.structure.takes(kind) else {
            return isNewer ? .unread : .void
        }
        if rule.accepts(body.value, written: kind) { return .applied }
        return isNewer ? .unread : .void
    }
}
