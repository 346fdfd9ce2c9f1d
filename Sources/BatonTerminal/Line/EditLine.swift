import CEdit
import Foundation

/// Owns one libedit editor on standard input and output, with its history.
///
/// Blocking: call it on a thread of its own. Nothing of C leaves this file.
@safe
struct EditLine: ~Copyable {
    private let edit: OpaquePointer
    private let entries: OpaquePointer
    private let calls: Unmanaged<EditCalls>

    /// Nil where libedit finds no usable terminal.
    init?(calls: EditCalls) {
        guard let edit = unsafe baton_edit_open("baton"), let entries = unsafe history_init() else {
            return nil
        }
        unsafe self.edit = edit
        unsafe self.entries = entries
        unsafe self.calls = Unmanaged.passRetained(calls)
        self.setUp()
    }

    deinit {
        unsafe el_end(self.edit)
        unsafe history_end(self.entries)
        unsafe self.calls.release()
    }

    private borrowing func setUp() {
        _ = unsafe baton_history_limit(self.entries, 500)
        _ = unsafe baton_edit_set_client(self.edit, self.calls.toOpaque())
        _ = unsafe baton_edit_set_prompt(self.edit) { edit in unsafe EditCalls.of(edit)?.promptText }
        _ = unsafe baton_edit_set_read(self.edit) { edit, out in
            guard let edit = unsafe edit, let out = unsafe out else { return -1 }
            return unsafe EditCalls.of(edit)?.read(edit, out) ?? -1
        }
        _ = unsafe baton_edit_use_emacs(self.edit)
        _ = unsafe baton_edit_set_history(self.edit, self.entries)
        _ = unsafe baton_edit_keep_interrupt(self.edit)
        _ = unsafe baton_edit_add(self.edit, "baton-complete", "Complete a word") { edit, _ in
            unsafe UInt8(clamping: EditCalls.of(edit)?.complete(edit) ?? CC_ERROR)
        }
        _ = unsafe baton_edit_add(self.edit, "baton-abandon", "Give the line up") { edit, _ in
            unsafe EditCalls.of(edit)?.abandon()
            return UInt8(clamping: CC_NEWLINE)
        }
        _ = unsafe baton_edit_bind(self.edit, "^I", "baton-complete")
        _ = unsafe baton_edit_bind(self.edit, "^C", "baton-abandon")
        _ = unsafe baton_edit_bind(self.edit, "^R", "em-inc-search-prev")
    }

    borrowing func remember(_ line: String) {
        _ = unsafe baton_history_add(self.entries, line)
    }

    /// Lets a person edit one line.
    borrowing func line() -> LineOutcome {
        var count: Int32 = 0
        unsafe el_resize(self.edit)
        let bytes = unsafe el_gets(self.edit, &count)
        if unsafe self.calls.takeUnretainedValue().takeAbandoned() { return .abandoned }
        guard let bytes = unsafe bytes, count > 0 else {
            StandardOutput.writeAll("\n", to: STDOUT_FILENO)
            return .end
        }
        let buffer = unsafe UnsafeBufferPointer(start: bytes, count: Int(count))
        guard let text = unsafe String(validating: buffer.map { UInt8(bitPattern: $0) }, as: UTF8.self) else {
            return .unreadable
        }
        return .line(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    }
}

/// What libedit calls back: prompt, next character, completion. Used by the thread that edits, and by no
/// other.
@safe
final class EditCalls {
    private var prompt: UnsafeMutablePointer<CChar>?
    private var words: Completion?
    private var wasAbandoned = false
    private let news: IdleNews

    init(news: IdleNews) { self.news = news }

    deinit { unsafe free(self.prompt) }

    /// - Parameter completion: Nil while text is typed, which is never completed.
    func prepare(prompt: String, completion: Completion?) {
        unsafe free(self.prompt)
        unsafe self.prompt = strdup(prompt)
        self.words = completion
        self.wasAbandoned = false
    }

    func takeAbandoned() -> Bool {
        defer { self.wasAbandoned = false }
        return self.wasAbandoned
    }

    fileprivate static func of(_ edit: OpaquePointer?) -> EditCalls? {
        guard let edit = unsafe edit, let client = unsafe baton_edit_client(edit) else { return nil }
        return unsafe Unmanaged<EditCalls>.fromOpaque(client).takeUnretainedValue()
    }

    fileprivate var promptText: UnsafeMutablePointer<CChar>? { unsafe self.prompt }

    fileprivate func abandon() {
        self.wasAbandoned = true
        self.news.print("^C\r\n")
    }

    /// Waits for a character; while the line is empty, news is printed as it comes.
    fileprivate func read(_ edit: OpaquePointer, _ out: UnsafeMutablePointer<wchar_t>) -> Int32 {
        while true {
            // Text is typed where nothing is completed: news waits until it is done.
            let isIdle = unsafe self.words != nil && baton_edit_is_empty(edit) != 0
            if isIdle, self.news.printWaiting() { _ = unsafe baton_edit_refresh(edit) }
            switch self.news.waitForInput() {
            case .news: continue
            case .input: break
            case .closed: return 0
            }
            guard let scalar = self.news.readScalar() else { return 0 }
            unsafe out.pointee = wchar_t(bitPattern: scalar.value)
            return 1
        }
    }

    fileprivate func complete(_ edit: OpaquePointer?) -> Int32 {
        guard let edit = unsafe edit, let words = self.words, let info = unsafe el_line(edit),
            let start = unsafe info.pointee.buffer, let cursor = unsafe info.pointee.cursor
        else { return CC_ERROR }
        let bytes = unsafe UnsafeBufferPointer(start: start, count: cursor - start).map {
            UInt8(bitPattern: $0)
        }
        switch words.effect(on: String(decoding: bytes, as: UTF8.self)) {
        case .nothing: return CC_ERROR
        case .insert(let text):
            _ = unsafe el_insertstr(edit, text)
            return CC_REFRESH
        case .list(let words):
            let lines = DisplayWidth.wrap(
                words.map { SafeText.line($0) }.joined(separator: "  "), columns: 78)
            self.news.print("\r\n" + lines.map { $0 + "\r\n" }.joined())
            return CC_REDISPLAY
        }
    }
}
