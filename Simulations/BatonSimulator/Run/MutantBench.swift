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

    /// Plays seeds from 1 on.
    ///
    /// - Parameter starting: Told of each seed before it is played: a planted bug may end the process.
    package func search(upTo last: UInt64, starting: (UInt64) -> Void) -> Catch? {
        for seed in 1...last {
            starting(seed)
            let outcome = Mutant.$planted.withValue(self.mutant) {
                ScenarioRun(SeedScenario.make(seed)).run()
            }
            if let violation = outcome.violations.first {
                return Catch(property: violation.property, seeds: Int(seed), seed: seed)
            }
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
