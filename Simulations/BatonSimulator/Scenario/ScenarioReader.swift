import BatonModel

extension Scenario {
    /// Reads a scenario strictly: unknown members, wrong types and impossible times are faults with their
    /// line and what to do.
    package init(json: String) throws(ScenarioFault) {
        let reader = try ScenarioReader(JSONText.read(json), "the scenario")
        try reader.allowOnly([
            "format", "name", "story", "seed", "starts", "tight", "sites", "links", "traffic", "events",
            "calm", "core", "violates", "disk", "crypto", "wire",
        ])
        let format = try reader.text("format")
        guard format == Self.format else {
            throw ScenarioFault(
                reader.line, "the format is \"\(format)\"", "this build reads \"\(Self.format)\"")
        }
        let seed = try reader.number("seed")
        guard seed >= 0 else {
            throw ScenarioFault(reader.line, "the seed is below 0", "take any number from 0 on")
        }
        self.init(name: try reader.text("name"), seed: UInt64(seed), sites: [])
        if reader.has("story") { self.story = try reader.text("story") }
        if reader.has("starts") { self.startMilliseconds = try reader.moment("starts") }
        if reader.has("tight") { self.isTight = try reader.bool("tight") }
        if reader.has("calm") { self.calmMilliseconds = try reader.span("calm") }
        self.sites = try reader.list("sites") { entry throws(ScenarioFault) in try SiteSetup(entry) }
        let sites = self.sites.map(\.site)
        guard (2...16).contains(sites.count), Set(sites).count == sites.count else {
            throw ScenarioFault(
                reader.line, "a run has 2 to 16 different sites", "list them under \"sites\"")
        }
        if reader.has("links") {
            self.links = try reader.list("links") { entry throws(ScenarioFault) in
                try LinkSetup(entry, sites)
            }
        }
        if reader.has("traffic") { self.traffic = try Traffic(reader.child("traffic")) }
        self.events = try reader.list("events") { entry throws(ScenarioFault) in
            try ScenarioEvent(entry, sites)
        }
        if reader.has("core") { self.core = try reader.sites("core", sites) }
        if reader.has("violates") { self.violates = try reader.text("violates") }
        self.fidelity = try Fidelity(reader)
        try self.checkOrder(reader)
        try self.checkFidelity(reader)
    }

    private func checkOrder(_ reader: ScenarioReader) throws(ScenarioFault) {
        for (event, next) in zip(self.events, self.events.dropFirst()) where next.at < event.at {
            throw ScenarioFault(
                reader.line, "the event at \(SpanText.write(Int64(next.at))) stands after a later one",
                "list events in order of time")
        }
        let liars = self.sites.filter(\.isLiar).map(\.site)
        for event in self.events where event.verb == .lie && !liars.contains(where: { $0 == event.site }) {
            throw ScenarioFault(
                reader.line, "a site lies that is not marked as a liar",
                "write \"liar\": true at the site")
        }
    }
}

/// One object of a scenario, with its line.
struct ScenarioReader {
    let line: Int
    private let members: [(key: String, value: JSONValue)]
    private let what: String

    init(_ value: JSONValue, _ what: String) throws(ScenarioFault) {
        guard case .object(let members) = value.content else {
            throw ScenarioFault(value.line, "\(what) is \(value.kindWord)", "write it in braces")
        }
        self.line = value.line
        self.members = members
        self.what = what
    }

    func allowOnly(_ known: [String]) throws(ScenarioFault) {
        for (key, value) in self.members where !known.contains(key) {
            let hint = ScenarioFault.nearest(key, in: known).map { "did you mean \"\($0)\"?" }
            throw ScenarioFault(
                value.line, "\(self.what) has no \"\(key)\"",
                hint ?? "it takes \(known.joined(separator: ", "))")
        }
    }

    func has(_ key: String) -> Bool { self.members.contains { $0.key == key } }
    var keys: [String] { self.members.map(\.key) }

    private func member(_ key: String) throws(ScenarioFault) -> JSONValue {
        guard let member = self.members.first(where: { $0.key == key }) else {
            throw ScenarioFault(self.line, "\(self.what) lacks \"\(key)\"", "add it")
        }
        return member.value
    }

    private func wrong(_ key: String, _ value: JSONValue, _ wanted: String) -> ScenarioFault {
        ScenarioFault(value.line, "\"\(key)\" is \(value.kindWord)", "write \(wanted)")
    }

    func text(_ key: String) throws(ScenarioFault) -> String {
        let value = try self.member(key)
        guard case .text(let text) = value.content else { throw self.wrong(key, value, "a text in quotes") }
        return text
    }

    func number(_ key: String) throws(ScenarioFault) -> Int64 {
        let value = try self.member(key)
        guard case .number(let number) = value.content else { throw self.wrong(key, value, "a whole number") }
        return number
    }

    func count(_ key: String) throws(ScenarioFault) -> UInt64 {
        let number = try self.number(key)
        guard number > 0 else {
            throw ScenarioFault(
                try self.member(key).line, "\"\(key)\" is \(number)", "write a number from 1 on")
        }
        return UInt64(number)
    }

    func bool(_ key: String) throws(ScenarioFault) -> Bool {
        let value = try self.member(key)
        guard case .bool(let isTrue) = value.content else { throw self.wrong(key, value, "true or false") }
        return isTrue
    }

    func signedSpan(_ key: String) throws(ScenarioFault) -> Int64 {
        let text = try self.text(key)
        guard let span = SpanText.read(text) else {
            throw ScenarioFault(
                try self.member(key).line, "\"\(text)\" is no span of time",
                "write it like \"2h 30m\", \"1.5s\" or \"-200ms\"")
        }
        return span
    }

    func span(_ key: String) throws(ScenarioFault) -> UInt64 {
        let span = try self.signedSpan(key)
        guard span >= 0 else {
            throw ScenarioFault(try self.member(key).line, "\"\(key)\" goes back in time", "drop the minus")
        }
        return UInt64(span)
    }

    func moment(_ key: String) throws(ScenarioFault) -> UInt64 {
        let text = try self.text(key)
        guard let moment = MomentText.read(text) else {
            throw ScenarioFault(
                try self.member(key).line, "\"\(text)\" is no moment", "write it like \"2026-10-03T16:00Z\"")
        }
        return moment
    }

    func site(_ key: String, _ known: [SiteID]) throws(ScenarioFault) -> SiteID {
        try Self.site(try self.text(key), known, try self.member(key).line)
    }

    static func site(_ text: String, _ known: [SiteID], _ line: Int) throws(ScenarioFault) -> SiteID {
        if let site = SiteID(text), known.contains(site) { return site }
        let names = known.map(\.description)
        let hint = ScenarioFault.nearest(text, in: names).map { "did you mean \"\($0)\"?" }
        throw ScenarioFault(
            line, "there is no site \"\(text)\"", hint ?? "the sites are \(names.joined(separator: ", "))")
    }

    private func values(_ key: String) throws(ScenarioFault) -> [JSONValue] {
        let value = try self.member(key)
        guard case .array(let elements) = value.content else {
            throw self.wrong(key, value, "a list in brackets")
        }
        return elements
    }

    func sites(_ key: String, _ known: [SiteID]) throws(ScenarioFault) -> [SiteID] {
        var sites: [SiteID] = []
        for value in try self.values(key) {
            guard case .text(let text) = value.content else { throw self.wrong(key, value, "site names") }
            sites.append(try Self.site(text, known, value.line))
        }
        return sites
    }

    func texts(_ key: String) throws(ScenarioFault) -> [(text: String, line: Int)] {
        var texts: [(text: String, line: Int)] = []
        for value in try self.values(key) {
            guard case .text(let text) = value.content else { throw self.wrong(key, value, "texts") }
            texts.append((text, value.line))
        }
        return texts
    }

    func list<Element>(
        _ key: String, _ make: (ScenarioReader) throws(ScenarioFault) -> Element
    ) throws(ScenarioFault) -> [Element] {
        var made: [Element] = []
        for value in try self.values(key) {
            made.append(try make(ScenarioReader(value, "an entry of \"\(key)\"")))
        }
        return made
    }

    func child(_ key: String) throws(ScenarioFault) -> ScenarioReader {
        try ScenarioReader(try self.member(key), "\"\(key)\"")
    }
}

extension SiteSetup {
    init(_ reader: ScenarioReader) throws(ScenarioFault) {
        try reader.allowOnly(["site", "skew", "drift", "level", "liar"])
        let name = try reader.text("site")
        guard let site = SiteID(name) else {
            throw ScenarioFault(
                reader.line, "\"\(name)\" is no site name", "take 2 to 8 lower-case letters and digits")
        }
        self.init(site)
        if reader.has("skew") { self.skewMilliseconds = try reader.signedSpan("skew") }
        if reader.has("drift") { self.driftPPM = DriftText.ppm(try reader.signedSpan("drift")) }
        if reader.has("level") {
            self.level = try reader.count("level")
            guard self.level <= 2 else {
                throw ScenarioFault(reader.line, "there is no level \(self.level)", "write 1 or 2")
            }
        }
        if reader.has("liar") { self.isLiar = try reader.bool("liar") }
    }
}

/// Drift as people say it: how far a clock is off after a day.
enum DriftText {
    static func ppm(_ perDay: Int64) -> Int64 { perDay * 1_000_000 / 86_400_000 }
    static func perDay(_ ppm: Int64) -> Int64 { ppm * 86_400_000 / 1_000_000 }
}

extension LinkSetup {
    init(_ reader: ScenarioReader, _ sites: [SiteID]) throws(ScenarioFault) {
        try reader.allowOnly(["from", "to", "delay"])
        self.init(
            try reader.site("from", sites), try reader.site("to", sites),
            try DelayText.read(try reader.text("delay"), reader.line))
    }
}

/// Delay distributions as words.
enum DelayText {
    static func read(_ text: String, _ line: Int) throws(ScenarioFault) -> DelayModel {
        let words = text.split(separator: " ").map(String.init)
        let span = words.count > 1 ? SpanText.read(words[1]) : nil
        guard let span, span >= 0, span <= 600_000 else {
            throw ScenarioFault(line, "\"\(text)\" is no delay", "write it like \"lognormal 75ms 20\"")
        }
        let milliseconds = UInt64(span)
        switch (words[0], words.count) {
        case ("constant", 2): return .constant(milliseconds: milliseconds)
        case ("exponential", 2): return .exponential(meanMilliseconds: milliseconds)
        case ("heavy", 2): return .heavyTail(leastMilliseconds: milliseconds)
        case ("lognormal", 3):
            guard let percent = UInt64(words[2]), percent <= 200 else { break }
            return .logNormal(medianMilliseconds: milliseconds, percent: percent)
        default: break
        }
        let known = ["constant", "exponential", "lognormal", "heavy"]
        let hint = ScenarioFault.nearest(words[0], in: known).map { "did you mean \"\($0) …\"?" }
        throw ScenarioFault(
            line, "\"\(text)\" is no delay",
            known.contains(words[0]) ? "write it like \"lognormal 75ms 20\"" : hint ?? "use \(known)")
    }

    static func write(_ model: DelayModel) -> String {
        switch model {
        case .constant(let span): "constant \(span)ms"
        case .exponential(let mean): "exponential \(mean)ms"
        case .heavyTail(let least): "heavy \(least)ms"
        case .logNormal(let median, let percent): "lognormal \(median)ms \(percent)"
        }
    }
}

extension Traffic {
    init(_ reader: ScenarioReader) throws(ScenarioFault) {
        try reader.allowOnly(["days", "cases", "deltas"])
        self.init(
            days: try reader.count("days"), cases: try reader.count("cases"),
            deltas: try reader.count("deltas"))
        guard self.days <= 400, self.cases <= 100_000, self.deltas <= 1_000_000 else {
            throw ScenarioFault(reader.line, "that is more work than a run takes", "stay under 400 days")
        }
    }
}

extension ScenarioEvent {
    init(_ reader: ScenarioReader, _ sites: [SiteID]) throws(ScenarioFault) {
        let word = try reader.text("do")
        guard let verb = Verb(rawValue: word) else {
            let hint = ScenarioFault.nearest(word, in: Verb.allCases.map(\.rawValue))
            throw ScenarioFault(
                reader.line, "nothing is called \"\(word)\"",
                hint.map { "did you mean \"\($0)\"?" } ?? "docs/simulation.md lists what can happen")
        }
        self.init(try reader.span("at"), verb)
        let rule = VerbRule.of(verb)
        let members = (rule.required + rule.optional).map(\.rawValue)
        try reader.allowOnly(["at", "do", "why"] + members)
        for member in rule.required where !reader.has(member.rawValue) {
            throw ScenarioFault(
                reader.line, "\"\(verb.rawValue)\" needs \"\(member.rawValue)\"", rule.help)
        }
        for member in rule.required + rule.optional where reader.has(member.rawValue) {
            try self.take(member, reader, sites)
        }
        if reader.has("why") { self.why = try reader.text("why") }
        try self.checkWords(reader)
    }

    private mutating func take(
        _ member: VerbRule.Member, _ reader: ScenarioReader, _ sites: [SiteID]
    ) throws(ScenarioFault) {
        let key = member.rawValue
        switch member {
        case .site: self.site = try reader.site(key, sites)
        case .peer: self.peer = try reader.site(key, sites)
        case .span: self.span = try reader.span(key)
        case .by: self.by = try reader.signedSpan(key)
        case .count: self.count = try reader.count(key)
        case .label: self.label = try reader.text(key)
        case .how: self.how = try reader.text(key)
        case .to: self.moment = try reader.moment(key)
        case .writes:
            for (text, line) in try reader.texts(key) {
                guard WriteText.operation(text) != nil else {
                    throw ScenarioFault(line, "\"\(text)\" changes nothing", WriteText.help(for: text))
                }
                self.writes.append(text)
            }
        }
    }

    private func checkWords(_ reader: ScenarioReader) throws(ScenarioFault) {
        if let site = self.site, site == self.peer {
            throw ScenarioFault(reader.line, "\(site) cannot be its own peer", "name another site")
        }
        guard let how = self.how else { return }
        switch self.verb {
        case .delay: _ = try DelayText.read(how, reader.line)
        case .lie where Lie(rawValue: how) == nil:
            let hint = ScenarioFault.nearest(how, in: Lie.allCases.map(\.rawValue))
            throw ScenarioFault(
                reader.line, "there is no lie called \"\(how)\"",
                hint.map { "did you mean \"\($0)\"?" } ?? "docs/simulation.md lists them")
        case .baton where BatonWish.list(how) == nil:
            throw ScenarioFault(
                reader.line, "\"\(how)\" moves no baton", BatonWish.help(for: how))
        case .handoff where WatchWish(how) == nil:
            throw ScenarioFault(
                reader.line, "\"\(how)\" is no step of a handoff",
                "write one of: " + WatchWish.forms.joined(separator: ", "))
        case .decide where DecisionWish.list(how) == nil:
            throw ScenarioFault(
                reader.line, "\"\(how)\" decides nothing",
                "write one of, or several with commas: " + DecisionWish.forms.joined(separator: ", "))
        case .diskFault: _ = try DiskFaultText.read(how, count: 1, reader.line)
        case .powerLoss: _ = try PowerLossText.read(how, reader.line)
        case .rot where DiskFault.Files(rawValue: how) == nil:
            throw ScenarioFault(reader.line, "no \"\(how)\" rots", "write \"database\", \"log\" or \"any\"")
        case .crash where how != "machine":
            throw ScenarioFault(reader.line, "a crash is no \"\(how)\"", "write \"machine\" or leave it out")
        default: break
        }
    }
}
