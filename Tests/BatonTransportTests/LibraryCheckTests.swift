import Glibc
import Testing

@testable import BatonTransport

@Suite("LibraryCheck")
struct LibraryCheckTests {
    @Test("the installed HTTP/2 library passes the check that a node makes before it serves")
    func passes() async {
        await #expect(processExitsWith: .success) { try LibraryCheck.run() }
    }

    @Test("a library that aborts under attack ends the process with the code and what to do")
    func aborts() async throws {
        let result = await #expect(
            processExitsWith: .exitCode(1), observing: [\.standardErrorContent]
        ) {
            LibraryCheck.tellingAborts { abort() }
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("[transport.library] The installed libnghttp2 lacks repairs."))
    }

    @Test("an abort after the check is one again")
    func restored() async {
        await #expect(processExitsWith: .signal(SIGABRT)) {
            try LibraryCheck.run()
            abort()
        }
    }
}
