import ArgumentParser
import BatonAPI
import BatonNode
import Foundation

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a node's keys and its card, S.pub, for the holder of the root key.")

    @Option(help: "The site: 2 to 8 of a-z and 0-9.") var site: String
    @Option(help: "The data folder to make.") var dir: String
    @Option(help: "Where the site is, one word.") var region = "unset"
    @Option(
        name: .customLong("operator"),
        help: "NAME:UID[,UID…][:ROLE[,ROLE…]]; repeat it. Default: you, as a specialist.")
    var operators: [String] = []

    func run() throws {
        let people = try self.operators.isEmpty ? [Self.me()] : self.operators.map(Self.person)
        let folder = NodeFolder(self.dir)
        let card = try MembershipWork.initialise(
            folder, site: self.site, region: self.region, operators: people)
        print(card.text, terminator: "")
        print("Keys are in \(folder.vault); keep them on this machine.")
        print(
            "Next: give \(card.path) to the holder of the root key, who runs baton membership create or sign."
        )
    }

    private static func person(_ text: String) throws(NodeFault) -> SiteCard.Person {
        guard let person = SiteCard.Person(argument: text) else {
            throw NodeFault(
                code: "site.bad-operator", "An operator was not understood.",
                hint:
                    "Write NAME:UID or NAME:UID:ROLE; roles are analyst, specialist, lead, auditor, root-keeper.",
                exit: .usage)
        }
        return person
    }

    private static func me() throws(NodeFault) -> SiteCard.Person {
        let name = NSUserName().lowercased().filter {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-")
        }
        return try Self.person("\(name.isEmpty ? "operator" : name):\(getuid())")
    }
}
