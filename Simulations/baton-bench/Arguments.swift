/// The arguments of one run: a command, options with a value, flags.
struct Arguments {
    let command: String
    private let values: [String: String]
    private let flags: Set<String>

    private static let valued: Set<String> = [
        "--deltas", "--batch", "--checkpoint-pages", "--dir", "--file", "--seed", "--singles", "--thresholds",
        "--entries", "--backlog", "--urgent", "--rtt-ms", "--sites",
        "--baton", "--cases", "--rounds",
    ]
    private static let bare: Set<String> = [
        "--json", "--no-plain", "--one-thread", "--help", "--during-catch-up",
    ]

    static let usage = """
        usage: baton-bench [all|merge|author|open|urgent|live|reconcile|desk|plain-sqlite|w] [options]

          all           merge, author and open, one after the other (the default)
          merge         move signed deltas to a fresh replica, beside plain SQLite writing the same rows
          author        durable single changes, group commits, and the raw sync rate of the folder
          open          open a case with a long timeline among others, and page through it
          urgent        how long after a cut the first case with a life at stake is there (virtual wire)
          live          from "saved here" to "visible there" and "safe elsewhere" (virtual wire)
          reconcile     what equal replicas say when they meet (virtual wire)
          desk          how soon the commands of a real desk answer among many cases (--baton PROGRAM)
          plain-sqlite  the rows of a merge by bare prepared statements alone
          w             replay the neutral workload W (--file W.jsonl) between two sites

          --deltas N            how many changes (100000)
          --batch B             changes a transaction when merging (4096; w: 16384)
          --singles N           single changes of author (1000)
          --entries N           timeline entries of the case that open opens (10000)
          --checkpoint-pages N  pages in the write-ahead log from which it is copied (1000)
          --backlog N           changes of urgent that are not (100000), changes that are on their way in live (180000)
          --urgent N            urgent cases that each site has written meanwhile (10000)
          --rtt-ms N            round trip of the virtual wire (160)
          --sites N             logs that both replicas of reconcile hold (50)
          --during-catch-up     live changes while a backlog is on its way
          --baton PROGRAM       the built program that desk runs
          --cases N             cases of desk (100000)
          --rounds N            how often desk runs each command (5)
          --seed N              what the generated cases are drawn from (20261)
          --dir FOLDER          where the databases are made and removed (TMPDIR, or /tmp)
          --file W.jsonl        the workload of w
          --no-plain            merge without the baseline
          --one-thread          fold, then write, on one thread: no row is written behind the fold
          --thresholds FILE     fail with exit code 1 where a figure misses its budget
          --json                one line of JSON per result
        """

    init(_ words: [String]) throws {
        var command: String?
        var values: [String: String] = [:]
        var flags: Set<String> = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if Self.bare.contains(word) {
                flags.insert(word)
            } else if Self.valued.contains(word) {
                guard let value = rest.popFirst() else {
                    throw BenchFault("\(word) needs a value", isUsage: true)
                }
                values[word] = value
            } else if !word.hasPrefix("-"), command == nil {
                command = word
            } else {
                throw BenchFault("\(word) is not known here", isUsage: true)
            }
        }
        self.command = command ?? "all"
        self.values = values
        self.flags = flags
    }

    func has(_ flag: String) -> Bool { self.flags.contains(flag) }

    func text(_ name: String) -> String? { self.values[name] }

    func number(_ name: String, or standard: Int, in range: ClosedRange<Int>) throws -> Int {
        guard let text = self.values[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw BenchFault(
                "\(name) takes a number from \(range.lowerBound) to \(range.upperBound)", isUsage: true)
        }
        return number
    }
}
