import BatonAPI

extension ReplyRenderer {
    private static let nextRows = 10

    func roster(_ reply: RosterReply, view: String) -> [Block] {
        switch view {
        case "gaps": return self.stretches(reply)
        case "week":
            return [.heading("Now"), self.duties(reply.now)]
                + [.heading("The next \(reply.days) days"), self.duties(reply.next)]
        default:
            let heading = view == "changed" ? [Block.line("Changed; every site learns of it.")] : []
            return heading + [.heading("Now"), self.duties(reply.now)] + self.nextChanges(reply)
                + self.notices(reply) + self.changes(reply)
        }
    }

    private func duties(_ duties: [DutyView]) -> Block {
        guard !duties.isEmpty else { return .line("Nobody.") }
        let clock = self.options.clock
        var table = Table([
            .init("line"), .init("site"), .init("rotation"), .init("from"), .init("to"),
            .init("who", gives: true),
        ])
        for duty in duties {
            let people = duty.people.isEmpty ? "(not named)" : duty.people.joined(separator: ", ")
            table.add([
                duty.line, duty.site, duty.rotation, clock.short(duty.from), clock.short(duty.to),
                people + (duty.isChanged ? " (changed)" : ""),
            ])
        }
        return .table(table)
    }

    private func nextChanges(_ reply: RosterReply) -> [Block] {
        guard let first = reply.next.first else { return [.line("No shift begins in \(reply.days) days.")] }
        let rows = Array(reply.next.prefix(Self.nextRows))
        return [.heading("Next, \(self.options.clock.places(first.from))"), self.duties(rows)]
    }

    private func notices(_ reply: RosterReply) -> [Block] {
        guard !reply.notices.isEmpty else {
            return [.line("No gap and no new overlap in the next \(reply.days) days.")]
        }
        return [.heading("To be told now"), self.table(reply.notices)]
    }

    private func stretches(_ reply: RosterReply) -> [Block] {
        guard !reply.stretches.isEmpty else {
            return [.line("No gap and no overlap in the next \(reply.days) days.")] + self.notices(reply)
        }
        return [.heading("The next \(reply.days) days"), self.table(reply.stretches)] + self.notices(reply)
    }

    private func table(_ stretches: [StretchView]) -> Block {
        let clock = self.options.clock
        var table = Table([
            .init("what"), .init("line"), .init("from"), .init("for", right: true),
            .init("days", right: true),
            .init("between", gives: true),
        ])
        for stretch in stretches {
            table.add([
                stretch.kind == "gap" ? "GAP" : stretch.kind, stretch.line, clock.short(stretch.from),
                ClockText.span(from: stretch.from, to: stretch.to), "\(stretch.count)",
                stretch.watches.joined(separator: " and "),
            ])
        }
        return .table(table)
    }

    private func changes(_ reply: RosterReply) -> [Block] {
        guard !reply.changes.isEmpty else { return [] }
        return [.heading("Changed by people")]
            + reply.changes.map { change in
                let why = change.why.map { " (\($0))" } ?? ""
                if let rotation = change.otherRotation, let day = change.otherDay {
                    return .line("\(change.rotation) \(change.day) with \(rotation) \(day)\(why)")
                }
                return .line("\(change.rotation) \(change.day): \(change.person ?? "nobody")\(why)")
            }
    }
}
