import BatonAPI
import Glibc

/// Makes the folders, keys and membership of the demo's sites, and starts their nodes.
struct DemoTeam {
    let story: DemoStory
    let sites: [DemoSite]
    private let folder: String

    /// - Parameter folder: Empty, and this user's own.
    init(_ story: DemoStory, folder: String) throws(NodeFault) {
        self.story = story
        self.folder = folder
        var sites: [DemoSite] = []
        for site in story.sites {
            sites.append(DemoSite(name: site.name, folder: NodeFolder("\(folder)/\(site.name)")))
        }
        self.sites = sites
        try self.makeKeys()
    }

    private func makeKeys() throws(NodeFault) {
        var cards: [String] = []
        for (site, place) in zip(self.story.sites, self.sites) {
            let people = site.people.compactMap { person in
                SiteCard.Person(argument: "\(person.name):\(getuid()):\(person.role)")
            }
            precondition(people.count == site.people.count, "the story names somebody whom no card takes")
            let card = try MembershipWork.initialise(
                place.folder, site: site.name, region: site.region, operators: people)
            cards.append(card.path)
            try Files.replace(place.folder.settings, Array(Self.settings(place.folder.path).utf8))
        }
        let file = "\(self.folder)/membership.cbor"
        _ = try MembershipWork.create(
            rootFolder: NodeFolder("\(self.folder)/root"), team: self.story.team, clearances: ["us=usw,use"],
            cards: cards, output: file)
        for place in self.sites { _ = try MembershipWork.adopt(file, into: place.folder) }
    }

    /// A lost link is dialled again at once, and nothing is left outside the demo's folder.
    private static func settings(_ folder: String) -> String {
        "limits:\n  redial: 500ms\nincarnation:\n  records: [\"\(folder)\"]\n"
    }

    func start(_ program: String, cleanup: DemoCleanup) async throws(NodeFault) {
        for index in self.sites.indices {
            try await self.sites[index].start(program, peers: Array(self.sites[..<index]), cleanup: cleanup)
        }
    }

    func site(_ name: String) -> DemoSite {
        guard let site = self.sites.first(where: { $0.name == name }) else {
            preconditionFailure("the demo has no site \(name)")
        }
        return site
    }

    /// Asks a site's node as its first person.
    func client(_ site: DemoSite) -> OperatorClient {
        guard let lead = self.story.sites.first(where: { $0.name == site.name })?.people.first else {
            preconditionFailure("nobody works at \(site.name)")
        }
        return site.client(as: lead.name)
    }

    func client(of person: String) -> OperatorClient {
        self.site(self.story.site(of: person)).client(as: person)
    }

    var others: [DemoSite] { self.sites.filter { $0.name != self.story.cutSite } }
    var cutSite: DemoSite { self.site(self.story.cutSite) }
}
