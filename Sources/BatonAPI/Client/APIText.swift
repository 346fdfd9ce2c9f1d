import Foundation

/// Percent-encoding and JSON, the same way on both sides of the API.
package enum APIText {
    /// Encodes everything but RFC 3986's unreserved characters.
    package static func encoded(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                out += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return out
    }

    /// Decodes percent-encoding; `+` stays a plus.
    ///
    /// - Returns: Nil for a broken escape or for bytes that are not UTF-8.
    package static func decoded(_ text: some StringProtocol) -> String? {
        var out: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                out.append(byte)
                continue
            }
            guard let high = rest.popFirst(), let low = rest.popFirst(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            else { return nil }
            out.append(value)
        }
        return String(validating: out, as: UTF8.self)
    }

    /// Writes `?a=b&c=d`, or nothing without parameters.
    package static func query(_ parameters: [APICall.Parameter]) -> String {
        guard !parameters.isEmpty else { return "" }
        return "?" + parameters.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&")
    }

    /// Reads what `query` writes; nil for a broken escape.
    package static func parameters(_ query: String) -> [APICall.Parameter]? {
        var parameters: [APICall.Parameter] = []
        for pair in query.split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(sides[0]), let value = decoded(sides.count > 1 ? sides[1] : "") else {
                return nil
            }
            parameters.append(APICall.Parameter(name, value))
        }
        return parameters
    }

    /// Encodes a value as JSON with keys in order, so that equal values have equal bytes.
    package static func json(_ value: some Encodable) throws(APIFault) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(value)) } catch {
            throw APIFault(
                .unreadable, "The value could not be written as JSON.",
                "Report this: it is a defect of the program.")
        }
    }

    /// Decodes JSON.
    ///
    /// - Throws: `api.bad-body`, naming the place but never the content.
    package static func value<Value: Decodable>(_ type: Value.Type, json: [UInt8]) throws(APIFault) -> Value {
        do { return try JSONDecoder().decode(type, from: Data(json)) } catch {
            throw APIFault(
                .badBody, "The JSON body does not fit: \(Self.place(of: error)).",
                "Compare it with docs/openapi.yaml.")
        }
    }

    /// Decodes a request's JSON and refuses keys that the type does not have: a misspelt one would be
    /// ignored in silence.
    ///
    /// - Throws: `api.bad-body`.
    package static func strictValue<Value: Codable>(
        _ type: Value.Type, json bytes: [UInt8]
    ) throws(APIFault) -> Value {
        let value = try Self.value(type, json: bytes)
        let given = try Self.value(APIValue.self, json: bytes)
        let taken = try Self.value(APIValue.self, json: Self.json(value))
        if let name = Self.leftOver(given, taken) {
            throw APIFault(
                .badBody, "The JSON body has the key \(name), which is unknown here.",
                "Compare it with docs/openapi.yaml.")
        }
        return value
    }

    /// Finds a key that was given and not taken; null counts as not given.
    private static func leftOver(_ given: APIValue, _ taken: APIValue) -> String? {
        switch (given, taken) {
        case (.map(let given), .map(let taken)):
            for (name, value) in given.sorted(by: { $0.key < $1.key }) where value != .null {
                guard let match = taken[name] else { return String(name.prefix(64)) }
                if let found = Self.leftOver(value, match) { return found }
            }
            return nil
        case (.list(let given), .list(let taken)):
            return zip(given, taken).lazy.compactMap { Self.leftOver($0, $1) }.first
        default: return nil
        }
    }

    private static func place(of error: any Error) -> String {
        guard let fault = error as? DecodingError else { return "it is not JSON" }
        let (words, context): (String, DecodingError.Context) =
            switch fault {
            case .typeMismatch(_, let context): ("a value has another type", context)
            case .valueNotFound(_, let context): ("a value is null", context)
            case .keyNotFound(let key, let context): ("\(key.stringValue) is missing", context)
            case .dataCorrupted(let context): ("it is not JSON, or a value is not allowed", context)
            @unknown default:
                ("a value is not allowed", DecodingError.Context(codingPath: [], debugDescription: ""))
            }
        let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(
            separator: ".")
        return path.isEmpty ? words : "\(words) (at \(path))"
    }
}
