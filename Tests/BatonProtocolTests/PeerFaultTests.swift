import BatonModel
import BatonProtocol
import Testing

@Suite("PeerFault")
struct PeerFaultTests {
    /// One of each case: the switch makes a new case a compile error here.
    private static let all: [PeerFault] = [
        .malformed(.malformed("x")), .tooLarge(field: "frame", limit: 1, actual: 2),
        .unexpected(message: "have", state: "greeting"), .incompatible(version: 9), .otherTeam,
        .unauthenticated("signature"), .membershipRefused(.threshold), .membershipUnknown(epoch: 3), .silent,
        .greetingTimeout,
    ]

    private static func number(_ fault: PeerFault) -> Int {
        switch fault {
        case .malformed: 0
        case .tooLarge: 1
        case .unexpected: 2
        case .incompatible: 3
        case .otherTeam: 4
        case .unauthenticated: 5
        case .membershipRefused: 6
        case .membershipUnknown: 7
        case .silent: 8
        case .greetingTimeout: 9
        }
    }

    @Test("the list that these tests go through holds every fault once")
    func listIsWhole() {
        #expect(Self.all.map(Self.number) == Array(0..<10))
    }

    @Test("every peer fault has a code of its own under peer.")
    func codes() {
        let codes = Self.all.map(\.code)
        #expect(Set(codes).count == codes.count)
        for code in codes {
            #expect(code.hasPrefix("peer."))
            #expect(code.utf8.count <= 128, "a farewell carries the code")
            let isPlain = code.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7a) || $0 == 0x2e || $0 == 0x2d }
            #expect(isPlain)
        }
    }

    @Test("every peer fault has words of its own")
    func words() {
        #expect(Set(Self.all.map(\.description)).count == Self.all.count)
    }

    @Test("what may be an accident closes the link; what may not bans the site for a time")
    func scopes() {
        for fault in Self.all {
            switch fault {
            case .silent, .greetingTimeout, .membershipUnknown: #expect(fault.scope == .closeLink)
            case .malformed, .tooLarge, .unexpected: #expect(fault.scope == .ban(milliseconds: 10_000))
            case .incompatible, .otherTeam, .unauthenticated, .membershipRefused:
                #expect(fault.scope == .ban(milliseconds: 60_000))
            }
        }
    }
}
