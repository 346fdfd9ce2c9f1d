import Yams

/// How every YAML file of Baton is read: as it stands there, and nothing else (decision 0006).
enum StrictYAML {
    /// What would make a value other than what is written: aliases, anchors, tags, merge keys.
    ///
    /// - Returns: What is wrong with a node and what to do; nil for a plain one.
    static func objection(to node: Node) -> (message: String, hint: String)? {
        if case .alias = node { return ("Aliases are not used here.", "Write the value out.") }
        guard node.anchor == nil else {
            return ("Anchors are not used here.", "Write the value out where it is needed.")
        }
        let tag = node.tag.description
        guard tag.isEmpty || tag.hasPrefix("tag:yaml.org,2002:"), node.scalar?.string != "<<" else {
            return ("Tags and merge keys are not used here.", "Write the plain value.")
        }
        return nil
    }

    /// Says why a text is no YAML, and where.
    ///
    /// - Returns: Without a hint where only the file's own example helps.
    static func failure(_ error: any Error) -> (line: Int, message: String, hint: String?) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return (mark.line, "The YAML cannot be read: \(problem).", nil)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.joined(separator: ", ")
            return (context.mark.line, "A key is given twice: \(names).", "Keep one.")
        default: return (1, "The YAML cannot be read.", nil)
        }
    }
}

/// Finds what somebody may have meant.
enum Suggestion {
    /// - Returns: The known word at the least edit distance, if that is at most a third of its length.
    static func nearest(to word: String, among known: [String]) -> String? {
        let best = known.map { (word: $0, distance: Self.distance(word, $0)) }.min {
            $0.distance < $1.distance
        }
        guard let best, best.distance <= max(2, best.word.count / 3) else { return nil }
        return best.word
    }

    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(diagonal + (a == b ? 0 : 1), above + 1, row[j] + 1)
                diagonal = above
            }
        }
        return row[right.count]
    }
}
