#if Mutants
package import BatonModel

/// Plants one known bug and plays seeds until a property breaks: the same seeds and checkers as every soak.
package struct MutantBench {
    private let mutant: Mutant

    package init(_ mutant: Mutant) { self.mutant = mutant }

    /// What became of one planted bug.
    package struct Catch: Sendable {
        package let property: String
        /// How many seeds were played, the catching one included.
        package let seeds: Int
        package let seed: UInt64
    }

    /// Plays seeds from 1 on. A seed that breaks something without the bug, too, catches nothing.
    ///
    /// - Parameter mayStart: Told of each seed before it is played, since a planted bug may end the process;
    ///   false ends the search.
    package func search(upTo last: UInt64, mayStart: (UInt64) -> Bool) -> Catch? {
        for seed in 1...last {
            guard mayStart(seed) else { return nil }
            let scenario = SeedScenario.make(seed)
            let outcome = Mutant.$planted.withValue(self.mutant) { ScenarioRun(scenario).run() }
            guard let violation = outcome.violations.first, ScenarioRun(scenario).run().violations.isEmpty
            else { continue }
            return Catch(property: violation.property, seeds: Int(seed), seed: seed)
        }
        return nil
    }

    /// Shrinks a catch.
    ///
    /// - Returns: How many events are left, and how many of them are faults.
    package func shrink(_ seed: UInt64, seconds: Double, clock: @escaping () -> Double) -> Shrinker.Shrunk? {
        Mutant.$planted.withValue(self.mutant) {
            Shrinker(SeedScenario.make(seed)).shrink(seconds: seconds, clock: clock)
        }
    }
}
#endif
