extension OperatorClient {
    /// - Parameter days: How many days back.
    package func rest(days: Int? = nil) async throws(APIFault) -> RestReply {
        try await self.get(APIPath.rest, [("days", days.map { "\($0)" })])
    }

    package func rest(_ call: RestCall, key: String? = nil) async throws(APIFault) -> RestReply {
        try await self.value(
            APICall("POST", APIPath.rest, body: try APIText.json(call), idempotencyKey: key))
    }

    package func restTeam(weeks: Int? = nil) async throws(APIFault) -> RestTeamReply {
        try await self.get(APIPath.restTeam, [("weeks", weeks.map { "\($0)" })])
    }
}
