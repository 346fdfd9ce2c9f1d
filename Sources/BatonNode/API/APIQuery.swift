import BatonAPI
import BatonDesk
import BatonModel
import BatonStore

/// The parameters of a call, each taken once; what is left over is refused, so that a misspelt one is never
/// ignored.
struct APIQuery {
    private var parameters: [String: String] = [:]

    init(_ list: [APICall.Parameter]) throws(APIFault) {
        for parameter in list {
            guard self.parameters.updateValue(parameter.value, forKey: parameter.name) == nil else {
                throw APIFault(.badQuery, "The parameter \(parameter.name) is given twice.", "Give it once.")
            }
        }
    }

    mutating func text(_ name: String) -> String? { self.parameters.removeValue(forKey: name) }

    mutating func number(_ name: String, usual: Int, in range: ClosedRange<Int>) throws(APIFault) -> Int {
        guard let text = self.text(name) else { return usual }
        guard let number = Int(text), range.contains(number) else {
            throw APIFault(
                .badQuery, "The parameter \(name) does not take this value.",
                "It takes a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    func finish() throws(APIFault) {
        guard let name = self.parameters.keys.min() else { return }
        throw APIFault(
            .badQuery, "There is no parameter \(name) here.", "docs/openapi.yaml lists those of each path.")
    }

    mutating func queue(me: OperatorID) throws(APIFault) -> QueueAsk {
        var ask = QueueAsk()
        let word = self.text("view") ?? QueueQuery.View.team.rawValue
        guard let view = QueueQuery.View(rawValue: word) else {
            let words = QueueQuery.View.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIFault(.badQuery, "There is no such view of the queue.", "Use one of \(words).")
        }
        switch view {
        case .mine: ask.filter.ownership = .person(me)
        case .unowned: ask.filter.ownership = .nobody
        case .team: break
        case .all: ask.filter.includesClosed = true
        case .closed:
            ask.filter.includesClosed = true
            ask.filter.onlyClosed = true
        }
        if let word = self.text("type") {
            guard let type = CaseType(word: word) else {
                throw APIFault(
                    .badQuery, "That is not a type of case.",
                    "Use one of \(CaseType.allCases.map(\.word).joined(separator: ", ")).")
            }
            ask.filter.type = type
        }
        if let word = self.text("severity") {
            guard word.uppercased().hasPrefix("S"), let number = Int64(word.dropFirst()),
                (0...4).contains(number)
            else {
                throw APIFault(.badQuery, "That is not a severity.", "Use S0 to S4.")
            }
            ask.filter.severityMin = number
            ask.filter.severityMax = number
        }
        ask.filter.tag = self.text("tag")
        ask.limit = try self.number("limit", usual: QueueAsk.limitUsual, in: 1...QueueAsk.limitMax)
        ask.offset = try self.number("offset", usual: 0, in: 0...1_000_000)
        try self.finish()
        return ask
    }
}
