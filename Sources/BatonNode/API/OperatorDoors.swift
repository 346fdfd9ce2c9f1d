package import BatonAPI
import BatonTransport
import Synchronization

extension OperatorService {
    /// Answers one request of the Unix socket.
    func answer(_ request: APIRequest) async -> APIResponse {
        do throws(APIFault) {
            let reply = try await self.answer(try APICall(request), userID: request.uid)
            return APIResponse(
                status: reply.status, headers: [(name: "content-type", value: reply.contentType)],
                body: .bytes(reply.body))
        } catch {
            // A fault is always encodable: it holds texts and numbers only.
            let body = (try? APIText.json(error)) ?? []
            return APIResponse(
                status: error.status, headers: [(name: "content-type", value: "application/json")],
                body: .bytes(body))
        }
    }
}

extension APICall {
    fileprivate init(_ request: APIRequest) throws(APIFault) {
        guard let query = APIText.parameters(request.query ?? "") else {
            throw APIFault(.badQuery, "The query has a broken escape.", "Percent-encode it as UTF-8.")
        }
        func header(_ name: String) -> String? { request.headers.first { $0.name == name }?.value }
        self.init(
            request.method, request.path, query: query, body: request.body,
            idempotencyKey: header(APIHeader.idempotencyKey), actingAs: header(APIHeader.actingAs))
    }
}

/// Calls a node in this process, as a Unix user.
package struct EmbeddedOperatorAPI: OperatorAPI {
    private let service: OperatorService
    private let userID: UInt32

    package init(_ service: OperatorService, userID: UInt32) {
        self.service = service
        self.userID = userID
    }

    package func call(_ request: APICall) async throws(APIFault) -> APIReply {
        try await self.service.answer(request, userID: self.userID)
    }
}

/// Calls a node over its Unix socket. Connects at the first call, and anew after the connection was lost.
package final class UnixOperatorAPI: OperatorAPI {
    private let path: String
    private let client = Mutex<UnixHTTPClient?>(nil)

    package init(path: String) { self.path = path }

    /// True when somebody answers at the socket.
    package static func isAnswered(path: String) async -> Bool {
        guard let client = try? await UnixHTTPClient.connect(path: path) else { return false }
        await client.close()
        return true
    }

    package func call(_ request: APICall) async throws(APIFault) -> APIReply {
        // A lost connection is tried once more where a second try cannot do anything twice.
        let mayRepeat = request.method == "GET" || request.idempotencyKey != nil
        let response: APIResponse
        do throws(TransportFault) {
            response = try await self.send(request, mayRepeat: mayRepeat)
        } catch {
            throw self.unreachable(error)
        }
        return try Self.judge(response)
    }

    private func send(_ request: APICall, mayRepeat: Bool) async throws(TransportFault) -> APIResponse {
        do throws(TransportFault) {
            return try await self.send(request)
        } catch {
            guard mayRepeat, error.code == .connectionLost || error.code == .reset else { throw error }
            return try await self.send(request)
        }
    }

    package func close() async {
        let client = self.client.withLock { client in
            defer { client = nil }
            return client
        }
        await client?.close()
    }

    private func send(_ request: APICall) async throws(TransportFault) -> APIResponse {
        let client: UnixHTTPClient
        if let known = self.client.withLock({ $0 }) {
            client = known
        } else {
            client = try await UnixHTTPClient.connect(path: self.path)
            self.client.withLock { $0 = client }
        }
        var headers: [(name: String, value: String)] = []
        if !request.body.isEmpty { headers.append(("content-type", "application/json")) }
        if let key = request.idempotencyKey { headers.append((APIHeader.idempotencyKey, key)) }
        if let name = request.actingAs { headers.append((APIHeader.actingAs, name)) }
        do throws(TransportFault) {
            return try await client.request(
                method: request.method, path: request.path + APIText.query(request.query), headers: headers,
                body: request.body, timeout: .seconds(120))
        } catch {
            self.client.withLock { $0 = nil }
            throw error
        }
    }

    private static func judge(_ response: APIResponse) throws(APIFault) -> APIReply {
        guard response.status >= 400 else { return APIReply(status: response.status, body: response.bytes) }
        guard var fault = try? APIText.value(APIFault.self, json: response.bytes) else {
            throw APIFault(
                .failed, "The node answered with status \(response.status).", "Look at the node's log lines.")
        }
        fault.status = response.status
        throw fault
    }

    private func unreachable(_ fault: TransportFault) -> APIFault {
        APIFault(
            .unreachable, "No answer came from the node at \(self.path) (\(fault.code.rawValue)).",
            "Start it, or check --dir; then repeat the command.")
    }
}
