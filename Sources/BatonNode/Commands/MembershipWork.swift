import BatonAPI
import BatonCrypto
package import BatonModel

/// What `baton init` and `baton membership` do.
package enum MembershipWork {
    /// Makes a node's keys and card.
    ///
    /// - Parameter operators: At least one.
    /// - Returns: The card's text and where it was written.
    package static func initialise(
        _ folder: NodeFolder, site: String, region: String, operators: [SiteCard.Person]
    ) throws(NodeFault) -> (text: String, path: String) {
        guard let site = SiteID(site) else {
            throw NodeFault(
                code: "site.bad-name", "That is not a site's name.",
                hint: "Use 2 to 8 of a-z and 0-9, a letter first: syd.", exit: .usage)
        }
        guard SiteCard.isRegion(region) else {
            throw NodeFault(
                code: "site.bad-region", "That is not a region.",
                hint: "Use one word of a-z, 0-9 and dashes: au.",
                exit: .usage)
        }
        let text = try NodeKeys.create(in: folder, site: site, region: region, operators: operators)
        return (text, folder.card(of: site))
    }

    /// Founds a team with one root key, which is made where there is none.
    package static func create(
        rootFolder: NodeFolder, team: String, clearances: [String], cards: [String], output: String
    ) throws(NodeFault) -> Membership {
        // The file of a team that is founded already is all that its sites agree on.
        guard !Files.exists(output) else {
            throw NodeFault(
                code: "membership.file-exists", "\(output) is there already, and a new team replaces none.",
                hint: "To change a team: baton membership sign --from \(output). Else name another with -o.",
                exit: .refused)
        }
        let read = try Self.read(cards)
        try Files.makePrivateFolder(rootFolder.path)
        let root = try Self.root(rootFolder, mayMake: true)
        let membership = try MembershipMaker(root: root, nowMilliseconds: NodeClock.wallMilliseconds)
            .found(team: team, cards: read, clearances: try Self.clearances(clearances))
        try Files.replace(output, MembershipFile.encode(membership), mode: 0o644)
        return membership
    }

    /// Signs the next entry of a team.
    package static func sign(
        rootFolder: NodeFolder, file: String, adding cards: [String], removing sites: [String],
        clearances: [String],
        output: String
    ) throws(NodeFault) -> Membership {
        let before = try Self.show(file)
        var removed: [SiteID] = []
        for name in sites {
            guard let site = SiteID(name) else {
                throw NodeFault(
                    code: "site.bad-name", "\(name) is not a site's name.",
                    hint: "baton membership show lists the sites.",
                    exit: .usage)
            }
            removed.append(site)
        }
        let root = try Self.root(rootFolder, mayMake: false)
        let membership = try MembershipMaker(root: root, nowMilliseconds: NodeClock.wallMilliseconds).extend(
            before, adding: try Self.read(cards), removing: removed,
            clearances: try Self.clearances(clearances))
        try Files.replace(output, MembershipFile.encode(membership), mode: 0o644)
        return membership
    }

    package static func show(_ file: String) throws(NodeFault) -> Membership {
        try MembershipFile.decode(Files.read(file, bytesMax: MembershipFile.bytesMax), origin: file)
    }

    /// Puts a membership into a node's folder, where its next start takes it up.
    ///
    /// - Returns: The membership in force, and whether the folder had it already.
    package static func adopt(
        _ file: String, into folder: NodeFolder
    ) throws(NodeFault) -> (membership: Membership, isKnown: Bool) {
        let offered = try Self.show(file)
        let keys = try NodeKeys(folder)
        let known = Files.exists(folder.membership) ? try Self.show(folder.membership) : nil
        let chosen = try MembershipFile.newer(known, offered, mark: keys.membershipMark())
        guard chosen.epoch > known?.epoch ?? 0 else { return (chosen, true) }
        try Files.replace(folder.membership, MembershipFile.encode(chosen))
        return (chosen, false)
    }

    // Parts.

    private static func root(_ folder: NodeFolder, mayMake: Bool) throws(NodeFault) -> SigningKey {
        do throws(CryptoFault) {
            guard mayMake, !Files.exists(folder.rootKey) else { return try RootKey.open(folder.rootKey) }
            return try RootKey.create(at: folder.rootKey)
        } catch {
            throw NodeFault(error)
        }
    }

    private static func read(_ paths: [String]) throws(NodeFault) -> [SiteCard] {
        var cards: [SiteCard] = []
        for path in paths {
            cards.append(
                try SiteCard(reading: Files.readText(path, bytesMax: SiteCard.bytesMax), origin: path))
        }
        return cards
    }

    /// Reads `us=usw,use`: the compartment, then the sites that may store and read it.
    static func clearances(_ texts: [String]) throws(NodeFault) -> [SiteID: [Compartment]] {
        var clearances: [SiteID: [Compartment]] = [:]
        for text in texts {
            let sides = text.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, sides[0] == Compartment.us.description else {
                throw NodeFault(
                    code: "membership.bad-clearance", "A clearance was not understood.",
                    hint: "Write --clearance us=usw,use; the compartment is us.", exit: .usage)
            }
            for name in sides[1].split(separator: ",") {
                guard let site = SiteID(name) else {
                    throw NodeFault(
                        code: "site.bad-name", "A clearance names no site.",
                        hint: "Write --clearance us=usw,use.", exit: .usage)
                }
                clearances[site, default: []].append(.us)
            }
        }
        return clearances
    }
}
