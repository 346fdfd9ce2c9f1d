/// Numbers before their nouns: "1 conflict is open", "2 conflicts are open".
package enum Count {
    /// - Parameters:
    ///   - noun: In the singular; the plural takes an s.
    ///   - one: The verb for one; empty for none.
    ///   - many: The verb for any other number.
    package static func words(_ count: Int, _ noun: String, _ one: String = "", _ many: String = "") -> String
    {
        let verb = count == 1 ? one : many
        return "\(count) \(noun)\(count == 1 ? "" : "s")\(verb.isEmpty ? "" : " \(verb)")"
    }
}
