import ArgumentParser
import BatonNode

struct RepairCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        abstract: "Set a damaged replica aside; take over what can be read. Peers send the rest.",
        discussion: """
            The node must be stopped. The damaged files are kept in a folder beside the new one. Changes of
            this site that could not be read and had not reached a peer are lost.
            """)

    @OptionGroup var place: FolderOptions
    @Flag(help: "JSON.") var json = false

    func run() throws {
        guard let report = try Repair.run(self.place.folder) else {
            return print("The replica is sound: nothing was done.")
        }
        guard !self.json else { return try Output.json(report) }
        print("Damaged: \(report.damage)")
        print("The damaged files are kept: \(report.aside)")
        let unreadable = report.rowsUnreadable.map { "\($0) rows" } ?? "an unknown number of rows"
        print(
            "\(report.deltasTaken) deltas taken over, \(unreadable) unreadable, \(report.rowsRefused) refused. "
                + "Start the node: its peers send what they have.")
    }
}
