import BatonModel
import BatonSimulator
import Testing

@Suite("Scenario files as text")
struct ScenarioTextTests {
    private static func scenario(_ events: String, sites: String = "") -> String {
        """
        {
          "format": "baton-scenario/1",
          "name": "a test",
          "seed": 1,
          "sites": [{"site": "syd"}, {"site": "usw"\(sites)}],
          "events": [
            \(events)
          ]
        }
        """
    }

    private static func fault(_ json: String) -> String? {
        do throws(ScenarioFault) {
            _ = try Scenario(json: json)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("a scenario that is written and read again is the same one")
    func roundTrip() throws {
        for seed in UInt64(1)...40 {
            let drawn = SeedScenario.make(seed)
            #expect(try Scenario(json: drawn.json) == drawn)
        }
    }

    @Test("a misspelt word is told with its line and the word that was meant")
    func suggestions() {
        #expect(
            Self.fault(Self.scenario(#"{"at": "1s", "do": "crsh", "site": "syd"}"#))
                == #"line 7: nothing is called "crsh"; did you mean "crash"?"#)
        #expect(
            Self.fault(Self.scenario(#"{"at": "1s", "do": "crash", "sit": "syd"}"#))
                == #"line 7: an entry of "events" has no "sit"; did you mean "site"?"#)
        #expect(
            Self.fault(Self.scenario(#"{"at": "1s", "do": "crash", "site": "sid"}"#))
                == #"line 7: there is no site "sid"; did you mean "syd"?"#)
        #expect(
            Self.fault(
                Self.scenario(
                    #"{"at": "1s", "do": "write", "site": "syd", "case": "C", "write": ["nota x"]}"#))
                == #"line 7: "nota x" changes nothing; did you mean "note …"?"#)
    }

    @Test(
        "what no run can be made of is refused in words",
        arguments: [
            (#"{"at": "1x", "do": "heal"}"#, "is no span of time"),
            (#"{"at": "1s", "do": "cut"}"#, #""cut" needs "site""#),
            (#"{"at": "1s", "do": "cut", "site": "syd", "peer": "syd"}"#, "cannot be its own peer"),
            (#"{"at": "2s", "do": "heal"}, {"at": "1s", "do": "heal"}"#, "stands after a later one"),
            (#"{"at": "1s", "do": "lie", "site": "usw", "how": "forge"}"#, "not marked as a liar"),
            (#"{"at": "1s", "do": "heal", "do": "heal"}"#, "stands here twice"),
            (#"{"at": 1, "do": "heal"}"#, #""at" is a number"#),
            (#"{"at": "1s", "do": "delay", "site": "syd", "peer": "usw", "how": "slow"}"#, "is no delay"),
            (
                #"{"at": "1s", "do": "stall", "site": "syd", "peer": "usw", "count": 0, "for": "1s"}"#,
                "from 1 on"
            ),
            (#"{"at": "1s", "do": "heal"} {"at": "2s"}"#, "a comma or a closing bracket is missing"),
        ])
    func refusals(event: String, words: String) {
        let fault = Self.fault(Self.scenario(event))
        #expect(fault?.contains(words) == true, "\(fault ?? "nothing was refused")")
        #expect(fault?.hasPrefix("line ") == true)
    }

    @Test("every verb has a rule, and what people write reads as they mean it")
    func rules() throws {
        for verb in Verb.allCases { #expect(!VerbRule.of(verb).help.isEmpty) }
        let event = #"{"at": "1d 2h 3m 4.5s", "do": "jump", "site": "syd", "by": "-1.5s"}"#
        let read = try Scenario(json: Self.scenario(event))
        #expect(read.events[0].at == 93_784_500)
        #expect(read.events[0].by == -1_500)
    }
}
