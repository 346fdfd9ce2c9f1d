package import BatonModel

/// What became of a command.
package enum CommandOutcome: Sendable, Equatable {
    case made(Delta)
    /// It had been carried out before: nothing was written now.
    case known([DeltaID])
}

extension ReplicaSession {
    /// Signs a draft once for each command, however often the command is repeated. What it came to is in the
    /// same transaction as the delta.
    ///
    /// - Parameter command: The key that its sender gave it; nil for one that is never repeated.
    /// - Throws: As `author(_:)`.
    package func author(_ draft: Draft, command: [UInt8]?) throws(AuthorFault) -> CommandOutcome {
        guard let command else { return .made(try self.author(draft)) }
        do throws(ReplicaFault) {
            if let known = try self.transaction.outcome(ofCommand: command) { return .known(known) }
        } catch {
            throw .replica(error)
        }
        let delta = try self.author(draft)
        do throws(ReplicaFault) {
            try self.transaction.save(outcome: [delta.id], ofCommand: command)
        } catch {
            throw .replica(error)
        }
        return .made(delta)
    }
}
