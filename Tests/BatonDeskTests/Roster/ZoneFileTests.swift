import BatonDesk
import Testing

/// Zones as tests need them, without the system's files.
enum SampleZone {
    /// A file of version 2 that holds no transition of its own: the footer says all.
    static func bytes(_ footer: String, offset: Int32 = 0, name: String = "XXX") -> [UInt8] {
        func header(_ types: UInt8) -> [UInt8] {
            var bytes: [UInt8] = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
            for count in [0, 0, 0, 0, types, types * 4] as [UInt8] { bytes += [0, 0, 0, count] }
            return bytes
        }
        let type: [UInt8] =
            (0..<4).map { UInt8(truncatingIfNeeded: offset >> (24 - 8 * $0)) } + [0, 0] + Array(name.utf8) + [
                0
            ]
        return header(1) + type + header(1) + type + [10] + Array(footer.utf8) + [10]
    }

    static func table(_ name: String, _ footer: String) throws -> ZoneTable {
        try #require(ZoneFile.decode(Self.bytes(footer), name: name, lastYear: 2040))
    }

    static func all() throws -> [String: ZoneTable] {
        [
            "Australia/Sydney": try Self.table("Australia/Sydney", "AEST-10AEDT,M10.1.0,M4.1.0/3"),
            "America/New_York": try Self.table("America/New_York", "EST5EDT,M3.2.0,M11.1.0"),
            "America/Los_Angeles": try Self.table("America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0"),
        ]
    }
}

@Suite("Time zones")
struct ZoneFileTests {
    @Test("the rule at the end of a file gives the changes of the years to come")
    func footer() throws {
        let zones = try SampleZone.all()
        let york = try #require(zones["America/New_York"])
        let spring = try #require(york.transitions.first { $0.atSeconds == 1_772_953_200 })
        #expect(spring.offsetSeconds == -4 * 3_600 && spring.abbreviation == "EDT")
        #expect(york.transitions.contains { $0.atSeconds == 1_793_512_800 && $0.abbreviation == "EST" })
        let sydney = try #require(zones["Australia/Sydney"])
        #expect(sydney.transitions.contains { $0.atSeconds == 1_775_318_400 && $0.offsetSeconds == 36_000 })
        #expect(sydney.transitions.contains { $0.atSeconds == 1_791_043_200 && $0.offsetSeconds == 39_600 })
        #expect(sydney.at(seconds: 1_791_043_199).offsetSeconds == 36_000)
        #expect(sydney.at(seconds: 1_791_043_200).offsetSeconds == 39_600)
    }

    @Test("zones without summer time and with odd names and offsets are read")
    func oddZones() throws {
        let kolkata = try SampleZone.table("Asia/Kolkata", "IST-5:30")
        #expect(kolkata.transitions.isEmpty)
        let howe = try SampleZone.table("Australia/Lord_Howe", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0")
        #expect(howe.transitions.contains { $0.offsetSeconds == 39_600 && $0.abbreviation == "+11" })
        let nuuk = try SampleZone.table("America/Nuuk", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0")
        // 28 March 2026, 23:00 local at -2: 29 March, 01:00Z.
        #expect(nuuk.transitions.contains { $0.atSeconds == 1_774_746_000 && $0.offsetSeconds == -3_600 })
    }

    @Test("an hour that a clock shows twice means its first pass, one that it skips is counted on")
    func localTimes() throws {
        let york = try #require(try SampleZone.all()["America/New_York"])
        let autumn = try #require(CivilDate("2026-11-01"))
        let spring = try #require(CivilDate("2026-03-08"))
        // 01:30 EDT, an hour before the change back.
        #expect(york.seconds(of: autumn, minute: 90) == 1_793_512_800 - 1_800)
        #expect(york.seconds(of: autumn, minute: 120) == 1_793_512_800 + 3_600)
        #expect(york.seconds(of: spring, minute: 120) == 1_772_953_200)
        #expect(york.seconds(of: spring, minute: 150) == 1_772_953_200 + 1_800)
        #expect(york.seconds(of: spring, minute: 180) == 1_772_953_200)
        let local = york.local(seconds: 1_793_512_800)
        #expect(local.day == autumn && local.minute == 60)
    }

    @Test("what is no zone file is refused, at whatever byte it breaks off")
    func refused() {
        let whole = SampleZone.bytes("EST5EDT,M3.2.0,M11.1.0")
        for count in 0..<whole.count {
            #expect(
                ZoneFile.decode(Array(whole.prefix(count)), name: "x", lastYear: 2030) == nil,
                "\(count) bytes")
        }
        for footer in ["EST", "EST5EDT", "EST5EDT,J60,J300", "EST5EDT,M13.1.0,M11.1.0", "E5", "EST5 "] {
            #expect(ZoneFile.decode(SampleZone.bytes(footer), name: "x", lastYear: 2030) == nil, "\(footer)")
        }
        #expect(ZoneFile.decode(SampleZone.bytes(""), name: "x", lastYear: 2030)?.transitions == [])
    }
}
