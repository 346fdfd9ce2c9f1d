import BatonAPI
package import Logging
import ServiceLifecycle
import UnixSignals

extension SiteNode {
    /// Runs as a service: until SIGTERM or SIGINT, then in order: last commits, goodbyes, checkpoint,
    /// socket gone.
    ///
    /// - Parameter reload: Reads the configuration again, on SIGHUP. Only who is dialled is taken from it;
    ///   a configuration that is refused changes nothing.
    package func serve(
        logger: Logger, reload: @escaping @Sendable () throws(NodeFault) -> NodeConfiguration
    ) async throws(NodeFault) {
        let watch = ReloadWatch(node: self, logger: logger, reload: reload)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: self, successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: watch, successTerminationBehavior: .ignore),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet(logger)))
        do { try await group.run() } catch { throw Self.fault(error) }
    }

    /// Runs beside a body in one process: the embedded node of a desk. Ends when the body does.
    package func run<Value: Sendable>(
        beside body: @Sendable () async throws(NodeFault) -> Value
    ) async throws(NodeFault) -> Value {
        do {
            return try await withoutActuallyEscaping(body) { body in
                try await withThrowingTaskGroup(of: Value?.self) { group in
                    group.addTask {
                        try await self.run()
                        return nil
                    }
                    guard await self.gate.wait() else {
                        // The node's own end says why; a desk at a closed node would only say that it is closed.
                        while try await group.next() != nil {}
                        throw CancellationError()
                    }
                    let value = try await body()
                    self.stop()
                    for try await _ in group {}
                    return value
                }
            }
        } catch {
            throw Self.fault(error)
        }
    }

    private static func fault(_ error: any Error) -> NodeFault {
        error as? NodeFault
            ?? NodeFault(
                code: "node.failed", "The node ended: \(type(of: error)).",
                hint: "Look at the log lines before.")
    }

    /// The lifecycle's own lines repeat ours.
    private static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}

/// Waits for SIGHUP and takes the peers that the configuration names then.
private struct ReloadWatch: Service {
    let node: SiteNode
    let logger: Logger
    let reload: @Sendable () throws(NodeFault) -> NodeConfiguration

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do throws(NodeFault) {
                let configuration = try self.reload()
                await self.node.setPeers(configuration.peers)
                self.logger.notice(
                    "configuration read again", metadata: ["peers": "\(configuration.peers.count)"])
            } catch {
                self.logger.error(
                    "the configuration was refused",
                    metadata: ["code": "\(error.code)", "reason": "\(error)"])
            }
        }
    }
}
