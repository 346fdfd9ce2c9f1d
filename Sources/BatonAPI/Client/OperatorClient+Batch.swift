extension OperatorClient {
    /// Writes entries that were written elsewhere first. Repeating a batch does nothing twice.
    package func batch(_ entries: [BatchEntry]) async throws(APIFault) -> BatchReply {
        let body = try APIText.json(BatchRequest(entries: entries))
        let reply = try await self.api.call(
            APICall("POST", APIPath.batch, body: body, actingAs: self.actingAs))
        do {
            return try APIText.value(BatchReply.self, json: reply.body)
        } catch {
            throw APIFault(
                .unreadable, "The node's answer to a batch could not be read.",
                "Check that the node and this program are of one version.")
        }
    }
}

extension APIPath {
    package static let batch = "/v1/batch"
}
