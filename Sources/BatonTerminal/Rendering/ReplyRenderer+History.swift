import BatonAPI
import BatonDesk

extension ReplyRenderer {
    func timeline(_ reply: TimelineReply) -> [Block] {
        guard !reply.entries.isEmpty else { return [.line("\(reply.ref) has no notes.")] }
        let clock = self.options.clock
        let fields = reply.entries.map { entry -> BlockField in
            guard let at = entry.originallyAt else {
                return BlockField("\(clock.short(entry.written.at)) \(entry.written.who)", entry.text)
            }
            let by = entry.originallyBy ?? "somebody"
            return BlockField(
                "\(clock.short(at)) \(by)", "\(entry.text)  (brought in by \(entry.written.who))")
        }
        let earlier =
            reply.before == nil
            ? [] : [Block.line("Earlier notes are not shown. More: log \(reply.ref) --limit 500")]
        return [.heading("\(reply.ref)  notes, oldest first"), .fields(fields)] + earlier
    }

    func deltas(_ reply: LogReply) -> [Block] {
        var table = Table([
            .init("when"), .init("who"), .init("log"), .init("fate"), .init("stored at"),
            .init("what", gives: true),
        ])
        for delta in reply.deltas {
            let what = delta.operations.map(\.words).joined(separator: ", ")
            table.add([
                self.options.clock.short(delta.written.at), delta.written.who, "\(delta.author)#\(delta.seq)",
                delta.fate, delta.safeAt.joined(separator: " "), what,
            ])
        }
        return [.heading("\(reply.ref)  signed changes, oldest first"), .table(table)]
    }

    func verified(_ reply: VerifyReply) -> [Block] {
        let counts =
            "\(reply.deltas) deltas of \(reply.authors) authors, \(reply.signatureChecks) signature checks, "
            + "\(reply.milliseconds) ms"
        if reply.isSound { return [.line("Sound: \(counts).")] + self.alarms(reply.alarms) }
        return [
            .line("Not sound: \(counts)."), .paragraph(reply.problem ?? "No detail was given.", indent: 2),
        ]
    }

    /// What is signed and cannot be right: first the sentence, then the deltas that prove it.
    func alarms(_ alarms: [AlarmView]) -> [Block] {
        alarms.flatMap { alarm -> [Block] in
            [
                .line("ALARM [\(alarm.code)]"),
                .paragraph("\(alarm.message) \(alarm.hint)", indent: 2),
                .paragraph("deltas " + alarm.deltas.joined(separator: " "), indent: 2),
            ]
        }
    }

    func conflicts(_ reply: ConflictsReply) -> [Block] {
        guard !reply.conflicts.isEmpty else { return [.line("Nothing to settle.")] }
        var table = Table([
            .init("no.", right: true), .init("case"), .init("what"), .init("until settled"),
            .init("versions", gives: true),
        ])
        for (index, conflict) in reply.conflicts.enumerated() {
            let shown = conflict.versions.filter(\.isShown).map { self.version(conflict.field, $0) }
            let others = conflict.versions.filter { !$0.isShown }.map { self.version(conflict.field, $0) }
            let safe = conflict.safe ?? shown.joined(separator: " / ")
            let what = conflict.isLook ? "look: \(conflict.what ?? "") \(conflict.field)" : conflict.field
            table.add([
                "\(index + 1)", conflict.ref, what + (conflict.isEscalated ? " (handed up)" : ""), safe,
                (conflict.safe == nil ? others : shown + others).joined(separator: " / "),
            ])
        }
        let looks = reply.conflicts.count { $0.isLook }
        let open = reply.conflicts.count - looks
        return [
            .line("\(open) \(open == 1 ? "needs" : "need") a person, \(looks) to look at."), .table(table),
            .line("See one: conflicts show 1    Decide: conflicts settle 1 keep SITE"),
        ]
    }

    func conflict(_ page: ConflictPage) -> [Block] {
        let conflict = page.conflict
        let number = page.number.map(String.init) ?? "\(conflict.ref) \(conflict.field)"
        let site = conflict.versions.first?.written.site ?? ""
        var blocks = [.heading("\(conflict.ref)  \(conflict.title)")] + self.versions(conflict)
        for version in conflict.versions {
            guard let unseen = version.unseen, !unseen.isEmpty else { continue }
            let who = "\(version.written.by) (\(version.written.site))"
            blocks.append(.paragraph("\(who) had not seen: \(unseen.joined(separator: ", "))", indent: 0))
        }
        if let safe = conflict.safe { blocks.append(.paragraph("Until settled: \(safe).", indent: 0)) }
        guard !conflict.isLook else {
            return blocks + [.line("Nobody has to choose; tell whoever is concerned.")]
        }
        return blocks + [
            .line("Decide by letter: conflicts settle \(number) a"),
            .line("or by site:       conflicts settle \(number) keep \(site)"),
            .line("or:               conflicts settle \(number) merge TEXT | escalate WHOM"),
        ]
    }

    /// A conflict's values under letters.
    func versions(_ conflict: ConflictView) -> [Block] {
        let fields = zip(ConflictLetters.all, conflict.versions).map { letter, version in
            BlockField(
                "\(letter)\(version.isShown ? " *" : "")",
                "\(FieldText.text(conflict.field, version.value, self.options.clock))  "
                    + "(\(version.written.who), \(self.options.clock.short(version.written.at)))")
        }
        return [
            .paragraph(
                "\(conflict.field): each was written without sight of the other. * holds until settled.",
                indent: 0),
            .fields(fields),
        ]
    }

    private func version(_ field: String, _ version: FieldVersion) -> String {
        let value = FieldText.text(field, version.value, self.options.clock)
        return "\(value) (\(version.written.who) \(self.options.clock.short(version.written.at)))"
    }

    func sync(_ reply: SyncReply) -> [Block] {
        guard !reply.peers.isEmpty else { return [.line("This site has no peers.")] }
        let clock = self.options.clock
        var table = Table([
            .init("peer"), .init("state"), .init("last heard"), .init("to send", right: true),
            .init("to come", right: true), .init("sent", right: true), .init("received", right: true),
            .init("clock"),
        ])
        for peer in reply.peers {
            let heard =
                peer.lastHeardAt.map { "\(clock.short($0)), \(ClockText.span(from: $0, to: clock.now)) ago" }
                ?? "not yet"
            let offset = peer.clockOffset.map {
                abs($0) < 1_000 ? "ok" : "\($0 > 0 ? "ahead" : "behind") \(ClockText.span(abs($0)))"
            }
            table.add([
                peer.site, peer.state, heard, "\(peer.missingThere)", "\(peer.missingHere)",
                "\(peer.deltasSent)",
                "\(peer.deltasReceived)", offset ?? "",
            ])
        }
        let refused = reply.peers.filter { $0.refusedFor > 0 }.map {
            Block.line("\($0.site) misbehaved and is refused for \(ClockText.span($0.refusedFor)).")
        }
        let paused = reply.paused.map {
            Block.line("\($0) is paused by an operator. Go on with: sync resume \($0)")
        }
        return [.table(table)] + self.progress(reply) + refused + paused
    }

    func status(_ reply: StatusReply) -> [Block] {
        let counts = reply.counts
        let roles = reply.operatorRoles.isEmpty ? "" : " (\(reply.operatorRoles.joined(separator: ", ")))"
        let clock = self.options.clock
        let due = reply.nextDueAt.map { "\(clock.due($0)), \(clock.places($0))" } ?? "nothing"
        var fields = [
            BlockField(
                "site", "\(reply.site) of \(reply.teamName), membership epoch \(reply.membershipEpoch)"),
            BlockField("you", reply.operatorName + roles),
            BlockField(
                "cases", "\(counts.openCases) open of \(counts.cases), \(counts.openS0) with life at stake"),
            BlockField("late", counts.late == 0 ? "no case" : "\(Count.words(counts.late, "case")): sla all"),
            BlockField("next due", due),
            BlockField("to settle", "\(counts.conflicts)"),
            BlockField(
                "log",
                "\(counts.deltas) deltas, \(counts.waiting) waiting, \(counts.void) void, \(counts.unread) unread"
            ),
            BlockField("log digest", String(reply.logDigest.prefix(16))),
            BlockField("program", reply.version),
        ]
        fields += reply.peers.map { peer in
            BlockField(
                "peer \(peer.site)",
                PromptText.peer(peer.site, peer.state, peer.lastHeardAt, now: self.options.now))
        }
        return self.alarms(reply.alarms) + [.fields(fields)]
            + (reply.pages.isConfigured ? self.pages(reply.pages) : [])
    }
}

/// Letters by which versions of a conflict are chosen.
package enum ConflictLetters {
    package static let all = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { String(Unicode.Scalar($0)) }
}
