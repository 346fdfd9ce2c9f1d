/// Says what an answer is based on: this replica, at this moment, and when each peer was last heard.
package struct Freshness: Codable, Sendable, Equatable {
    package let site: String
    /// Milliseconds since 1970.
    package let at: Int64
    /// Sorted by site.
    package let peers: [Peer]

    package struct Peer: Codable, Sendable, Equatable {
        package let site: String
        /// `live`, `catching-up`, `greeting`, `down` or `paused`.
        package let state: String
        /// Milliseconds since 1970; absent when nothing was heard since the node started.
        package let lastHeardAt: Int64?
        /// Changes that the peer holds and that are not here yet; absent when there are none.
        package let toCome: Int64?
        /// Cases of which the peer has announced such changes; absent when there are none.
        package let casesIncomplete: Int64?
        /// Such changes of the case that the answer shows; absent when there are none.
        package let caseBehind: Int64?
        /// Who is at a desk there now; absent when nobody is, and while the peer is not in touch.
        package let desks: [DeskView]?

        package init(
            site: String, state: String, lastHeardAt: Int64?, toCome: Int64? = nil,
            casesIncomplete: Int64? = nil, caseBehind: Int64? = nil, desks: [DeskView]? = nil
        ) {
            self.site = site
            self.state = state
            self.lastHeardAt = lastHeardAt
            self.toCome = toCome
            self.casesIncomplete = casesIncomplete
            self.caseBehind = caseBehind
            self.desks = desks
        }
    }

    package init(site: String, at: Int64, peers: [Peer]) {
        self.site = site
        self.at = at
        self.peers = peers
    }
}

/// A person at a desk of another site, as that site has said within the last minute. Never stored.
package struct DeskView: Codable, Sendable, Equatable {
    package let by: String
    /// The case they have before them; absent where none is, or where this site does not hold it.
    package let ref: String?
    /// `disclose`, `contain`, `decide`, `close`, `take`, `release`, `depose` or `act`: what they are about to do in
    /// it and cannot take back; absent where nothing is.
    package let intent: String?
    /// How much longer it holds.
    package let secondsLeft: Int64

    package init(by: String, ref: String?, intent: String?, secondsLeft: Int64) {
        self.by = by
        self.ref = ref
        self.intent = intent
        self.secondsLeft = secondsLeft
    }
}

/// `POST /v1/presence`: says to the sites in touch what somebody is about to do. It runs out after a minute.
package struct PresenceCall: Codable, Sendable, Equatable {
    /// A handle, its beginning, or an id.
    package var caseRef: String
    /// As in `DeskView`; absent takes back what was said.
    package var intent: String?

    package init(caseRef: String, intent: String?) {
        self.caseRef = caseRef
        self.intent = intent
    }
}

/// What others are about to do stands in `asOf`.
package struct PresenceReply: Codable, Sendable, Equatable {
    package let asOf: Freshness

    package init(asOf: Freshness) { self.asOf = asOf }
}

/// Who did something, where and when, as signed.
package struct Authorship: Codable, Sendable, Equatable {
    /// The desk name, or `op7` for somebody whom the membership no longer names.
    package let by: String
    package let onBehalfOf: String?
    package let site: String
    /// The author's own stamp, milliseconds since 1970.
    package let at: Int64

    package init(by: String, onBehalfOf: String? = nil, site: String, at: Int64) {
        self.by = by
        self.onBehalfOf = onBehalfOf
        self.site = site
        self.at = at
    }
}

/// A value as JSON shows it: text, a whole number, a list, a map or null.
package indirect enum APIValue: Codable, Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case list([APIValue])
    case map([String: APIValue])
    case null

    package init(from decoder: any Decoder) throws {
        let box = try decoder.singleValueContainer()
        if box.decodeNil() {
            self = .null
        } else if let number = try? box.decode(Int64.self) {
            self = .integer(number)
        } else if let text = try? box.decode(String.self) {
            self = .text(text)
        } else if let list = try? box.decode([APIValue].self) {
            self = .list(list)
        } else {
            self = .map(try box.decode([String: APIValue].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var box = encoder.singleValueContainer()
        switch self {
        case .text(let text): try box.encode(text)
        case .integer(let number): try box.encode(number)
        case .list(let list): try box.encode(list)
        case .map(let map): try box.encode(map)
        case .null: try box.encodeNil()
        }
    }

    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    package var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }
}
