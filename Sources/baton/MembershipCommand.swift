import ArgumentParser
import BatonAPI
import BatonModel
import BatonNode

struct MembershipCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "membership", abstract: "The signed list of sites, keys and operators.",
        subcommands: [Create.self, Sign.self, Show.self, Import.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Found a team with one root key (demos and tests; production needs more roots).")

        @Option(help: "The folder of root.key, which is made where there is none.") var root: String
        @Option(help: "The team's name.") var team: String
        @Option(help: "COMPARTMENT=SITE[,SITE…]; repeat it.") var clearance: [String] = []
        @Option(name: [.short, .long], help: "The file to write.") var output = "membership.cbor"
        @Argument(help: "The sites' cards.") var cards: [String]

        func run() throws {
            let membership = try MembershipWork.create(
                rootFolder: NodeFolder(self.root), team: self.team, clearances: self.clearance,
                cards: self.cards,
                output: self.output)
            MembershipText.print(membership)
            print(
                "Written to \(self.output). Next, at each site: baton membership import --dir D \(self.output)"
            )
        }
    }

    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign the next entry: cards added or replaced, sites removed, clearances changed.")

        @Option(help: "The folder of root.key.") var root: String
        @Option(name: .customLong("from"), help: "The membership so far.") var file = "membership.cbor"
        @Option(help: "A site to remove; repeat it.") var remove: [String] = []
        @Option(help: "COMPARTMENT=SITE[,SITE…]; repeat it.") var clearance: [String] = []
        @Option(name: [.short, .long], help: "The file to write.") var output = "membership.cbor"
        @Argument(help: "Cards of sites to add or replace.") var cards: [String] = []

        func run() throws {
            let membership = try MembershipWork.sign(
                rootFolder: NodeFolder(self.root), file: self.file, adding: self.cards, removing: self.remove,
                clearances: self.clearance, output: self.output)
            MembershipText.print(membership)
            print("Written to \(self.output). One site's import is enough: its peers take it over.")
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Verify a membership file and show its last entry.")

        @Argument(help: "The file.") var file: String
        @Flag(help: "JSON.") var json = false

        func run() throws {
            let membership = try MembershipWork.show(self.file)
            guard self.json else { return MembershipText.print(membership) }
            try Output.json(MembershipView(membership))
        }
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a node a newer membership.")

        @OptionGroup var place: FolderOptions
        @Argument(help: "The file.") var file: String

        func run() throws {
            let (membership, isKnown) = try MembershipWork.adopt(self.file, into: self.place.folder)
            print(
                isKnown
                    ? "The folder has epoch \(membership.epoch) already."
                    : "Imported epoch \(membership.epoch); the node takes it up when it starts.")
        }
    }
}

/// A membership for people.
enum MembershipText {
    static func print(_ membership: Membership) {
        let view = MembershipView(membership)
        Swift.print("team \(view.teamName)  epoch \(view.epoch)  id \(view.team)")
        for site in view.sites {
            let cleared = (["global"] + site.clearances).joined(separator: ",")
            Swift.print("site \(site.site)  region \(site.region)  reads \(cleared)")
            Swift.print("  signing key \(site.signingKey)")
            Swift.print("  tls pin     \(site.tlsPin)")
        }
        for person in view.operators {
            let users = person.userIDs.map { "\($0)" }.joined(separator: ",")
            Swift.print(
                "operator \(person.name)  op\(person.id)  site \(person.site)  uid \(users)  "
                    + person.roles.joined(separator: ","))
        }
    }
}
