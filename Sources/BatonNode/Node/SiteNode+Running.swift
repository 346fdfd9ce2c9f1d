import BatonAPI
package import Logging
import ServiceLifecycle
import UnixSignals

extension SiteNode {
    /// Runs as a service: until SIGTERM or SIGINT, then in order: last commits, goodbyes, checkpoint,
    /// socket gone.
    package func serve(logger: Logger) async throws(NodeFault) {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: self, successTerminationBehavior: .gracefullyShutdownGroup)],
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
                    await self.gate.wait()
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
