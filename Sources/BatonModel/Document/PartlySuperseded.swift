/// An action, several writes signed as one delta, of which one write is in force and another has lost to one that
/// was written apart.
///
/// What a later writer had read and replaced on purpose is history, and an open conflict has its own record; this is
/// the third case, where the policy of a field has torn an action in two and nobody has said so.
package struct PartlySuperseded: Hashable, Sendable {
    /// A write of the action that is in force: who, when, where.
    package let standing: Write
    /// Fields where the action's value is in force, ascending.
    package let inForce: [FieldCode]
    /// Fields where another value is, ascending.
    package let lost: [FieldCode]
}

extension DocumentState {
    /// Lists the actions of a compartment that are only partly in force, in order of delta id.
    ///
    /// Of equal values each is in force, whoever's is shown.
    ///
    /// - Complexity: O(standing writes of the compartment's registers, squared).
    package func partlySuperseded(in compartment: Compartment, by table: FieldTable) -> [PartlySuperseded] {
        guard let registers = self[compartment]?.registers else { return [] }
        var seen: [(write: Write, field: FieldCode, isInForce: Bool)] = []
        for entry in registers.entries {
            guard let rule = table.rule(self.id, entry.field), let view = rule.policy.view(entry.value),
                !view.isConflict
            else { continue }
            seen.append((view.shown, entry.field, true))
            for other in view.others {
                seen.append((other, entry.field, other.value == view.shown.value))
            }
        }
        var found: [PartlySuperseded] = []
        for (write, field, isInForce) in seen where isInForce {
            let action = seen.filter { $0.write.dot.delta == write.dot.delta }
            let lost = action.filter { !$0.isInForce }.map(\.field)
            let standing = action.filter(\.isInForce).map(\.field)
            // Each action once, at the first of its fields.
            guard !lost.isEmpty, standing.first == field else { continue }
            found.append(PartlySuperseded(standing: write, inForce: standing, lost: lost))
        }
        return found.sorted { $0.standing.dot < $1.standing.dot }
    }
}
