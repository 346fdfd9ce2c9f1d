extension OperatorClient {
    /// - Parameter days: How many days back.
    package func rest(days: Int? = nil) async throws(APIFault) -> RestReply {
        try await self.get(APIPath.rest, [("days", days.map { "\($0)" })])
    }

    package func rest(_ call: RestCall, key: String? = nil) async throws(APIFault) -> RestReply {
        try await self.value(
            APICall("POST", APIPath.rest, body: try APIText.json(call), idempotencyKey: key))
    }

    /// How cases ended that somebody else closed, once: see `told`.
    package func outcomes() async throws(APIFault) -> OutcomesReply { try await self.get(APIPath.outcomes) }

    /// - Returns: What is still to be told.
    package func told(_ call: OutcomesCall) async throws(APIFault) -> OutcomesReply {
        try await self.value(APICall("POST", APIPath.outcomes, body: try APIText.json(call)))
    }

    package func restTeam(weeks: Int? = nil) async throws(APIFault) -> RestTeamReply {
        try await self.get(APIPath.restTeam, [("weeks", weeks.map { "\($0)" })])
    }
}
