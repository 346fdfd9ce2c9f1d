import Foundation

/// Watches standard input and the notice board at the same time, for the thread that edits a line.
final class IdleNews: Sendable {
    enum Event { case input, news, closed }

    private let board: NoticeBoard
    private let options: RenderOptions
    private let mayRing: Bool
    /// A pipe: a byte in it says that the board has news. -1 where none could be made.
    private let wakeRead: Int32
    private let wakeWrite: Int32

    init(board: NoticeBoard, options: RenderOptions, mayRing: Bool) {
        var ends: [Int32] = [-1, -1]
        if unsafe pipe(&ends) == 0 {
            for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        } else {
            ends = [-1, -1]
        }
        self.board = board
        self.options = options
        self.mayRing = mayRing
        self.wakeRead = ends[0]
        self.wakeWrite = ends[1]
        let wake = ends[1]
        if wake >= 0 {
            board.onPost {
                // A full pipe wakes as well as one byte does.
                _ = unsafe write(wake, [1] as [UInt8], 1)
            }
        }
    }

    deinit {
        self.board.onPost(nil)
        if self.wakeRead >= 0 { _ = close(self.wakeRead) }
        if self.wakeWrite >= 0 { _ = close(self.wakeWrite) }
    }

    func waitForInput() -> Event {
        var watched = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: self.wakeRead, events: Int16(POLLIN), revents: 0),
        ]
        let count = unsafe poll(&watched, nfds_t(watched.count), -1)
        if count < 0 { return errno == EINTR ? .news : .closed }
        if watched[0].revents & Int16(POLLIN) != 0 { return .input }
        if watched[0].revents != 0 { return .closed }
        self.drain()
        return .news
    }

    private func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while unsafe Foundation.read(self.wakeRead, &bytes, bytes.count) > 0 {}
    }

    /// - Returns: True where something was printed, so that the prompt has to be drawn again.
    func printWaiting() -> Bool {
        let notices = self.board.take()
        guard !notices.isEmpty else { return false }
        let lines = notices.map { $0.line(self.options, mayRing: self.mayRing) }.joined()
        self.print("\r\u{1B}[K" + lines.replacing("\n", with: "\r\n"))
        return true
    }

    func print(_ text: String) {
        StandardOutput.writeAll(text, to: STDOUT_FILENO)
    }

    /// The next character of standard input; U+FFFD for bytes that are none, nil at the end.
    func readScalar() -> Unicode.Scalar? {
        guard let first = Self.readByte() else { return nil }
        let count =
            first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
        guard count > 0 else { return "\u{FFFD}" }
        var bytes = [first]
        while bytes.count < count {
            guard let next = Self.readByte() else { return nil }
            bytes.append(next)
        }
        return String(validating: bytes, as: UTF8.self)?.unicodeScalars.first ?? "\u{FFFD}"
    }

    private static func readByte() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = unsafe Foundation.read(STDIN_FILENO, &byte, 1)
            if count == 1 { return byte }
            if count < 0, errno == EINTR { continue }
            return nil
        }
    }
}
