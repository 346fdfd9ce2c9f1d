import BatonAPI
import BatonDesk

extension ReplyRenderer {
    func rest(_ reply: RestReply, said: String?) -> [Block] {
        let heading = said.map { [Block.line($0)] } ?? []
        let wish = reply.swapWantedAt.map {
            [Block.line("You ask for work that is not graphic, since \(self.options.clock.short($0)).")]
        }
        guard said == nil else { return heading }
        guard reply.isOn, let own = reply.own else { return [.line(Self.off(reply))] + (wish ?? []) }
        var fields = [
            BlockField("graphic cases", "\(own.cases) in \(own.days) days, \(own.row) in a row"),
            BlockField("with one in use", "up to \(own.minutes) min, today up to \(own.minutesToday) min"),
            BlockField("days in a row", "\(own.daysInRow)"),
            BlockField("last break", self.lastBreak(own)),
        ]
        if let outside = own.minutesOffShift {
            fields.append(BlockField("off shift", "up to \(outside) min of it"))
        }
        if own.minutesOffShift != nil || own.overrunMinutes > 0 {
            let days = Count.words(own.overrunDays, "day")
            fields.append(BlockField("past your shift", "\(own.overrunMinutes) min on \(days)"))
        }
        fields.append(BlockField("pages at night", "\(own.nightPages)"))
        fields.append(BlockField("declined for rest", "\(own.declinedForRest) handoffs"))
        return [.heading("Yours alone"), .fields(fields)] + (wish ?? []) + self.days(own)
            + [
                .paragraph(
                    "A break is offered after \(reply.breakAfterMinutes) min with graphic cases, and a day counts as "
                        + "full after \(reply.dayMinutesMax) min: policy, not science.", indent: 0)
            ]
    }

    private static func off(_ reply: RestReply) -> String {
        guard let begins = reply.begins else { return "The counters are off: no notice is configured." }
        return "The counters are off until \(begins), two weeks after the notice."
    }

    private func lastBreak(_ own: OwnLoadView) -> String {
        let since = "up to \(own.minutesSinceBreak) min with graphic cases since"
        guard let at = own.lastBreakAt else { return "none by command; \(since)" }
        return "\(self.options.clock.short(at)), \(own.breaks) in all; \(since)"
    }

    private func days(_ own: OwnLoadView) -> [Block] {
        guard !own.byDay.isEmpty else { return [] }
        var table = Table([
            .init("day"), .init("cases", right: true), .init("minutes at most", right: true),
        ])
        for day in own.byDay.suffix(7) { table.add([day.day, "\(day.cases)", "\(day.minutes)"]) }
        return [.table(table)]
    }

    func restTeam(_ reply: RestTeamReply) -> [Block] {
        var blocks: [Block] = []
        if !reply.isOn {
            blocks.append(.line("The counters are off."))
        } else if reply.weeks.isEmpty {
            blocks.append(.line("No week to show: totals are of \(reply.peopleMin) people or more."))
        } else {
            var table = Table([
                .init("week of"), .init("people", right: true), .init("graphic cases", right: true),
                .init("minutes at most", right: true), .init("breaks", right: true),
                .init("night pages", right: true), .init("past shift, min", right: true),
            ])
            for week in reply.weeks {
                table.add([
                    week.monday, "\(week.people)", "\(week.cases)", "\(week.minutes)", "\(week.breaks)",
                    "\(week.nightPages)", "\(week.overrunMinutes)",
                ])
            }
            blocks += [.heading("Totals of whole weeks"), .table(table)]
        }
        if reply.tooFew > 0 {
            blocks.append(
                .line("Not shown: weeks with fewer than \(reply.peopleMin) people, \(reply.tooFew)."))
        }
        guard !reply.wishes.isEmpty else { return blocks }
        let clock = self.options.clock
        return blocks + [.heading("Asking for work that is not graphic")]
            + reply.wishes.map { .line("\($0.person) (\($0.site)), since \(clock.short($0.at))") }
    }
}
