import BatonAPI
import Synchronization

/// How paging stands, for whoever asks: `status`, `sync`, the prompt.
final class PageBoard: Sendable {
    private struct State {
        var view: PagesView
        var isNameless = false
        var journalFault: String?
        var unwrittenCount = 0
    }

    private let state: Mutex<State>
    private let site: String

    init(site: String, isConfigured: Bool) {
        self.site = site
        self.state = Mutex(State(view: PagesView(isConfigured: isConfigured)))
    }

    var view: PagesView { self.state.withLock { $0.view } }

    func change(_ body: (inout PagesView) -> Void) { self.state.withLock { body(&$0.view) } }

    /// True while the membership lists nobody of the configured name at this site.
    var isNameless: Bool {
        get { self.state.withLock { $0.isNameless } }
        set { self.state.withLock { $0.isNameless = newValue } }
    }

    /// Set while the journal cannot be written: nothing is sent then.
    var journalFault: String? {
        get { self.state.withLock { $0.journalFault } }
        set { self.state.withLock { $0.journalFault = newValue } }
    }

    /// Pages that are due and wait because they cannot be written into their cases.
    var unwrittenCount: Int {
        get { self.state.withLock { $0.unwrittenCount } }
        set { self.state.withLock { $0.unwrittenCount = newValue } }
    }

    /// What a person has to look into; empty in peace.
    var alarms: [AlarmView] {
        let state = self.state.withLock { $0 }
        var alarms: [AlarmView] = []
        if state.view.failing > 0 {
            let last = state.view.lastFailure.map { ": \($0.words)" } ?? ""
            let pages = state.view.failing == 1 ? "a page" : "\(state.view.failing) pages"
            alarms.append(
                self.alarm(
                    "pages.hook-failed", "The hook has not taken \(pages)\(last).",
                    "Call by telephone and repair the hook (pages.hook); it is tried again by itself."))
        }
        if state.isNameless {
            alarms.append(
                self.alarm(
                    "pages.no-operator", "The membership lists nobody here under the name in pages.operator.",
                    "Name an operator of this site; until then no page is sent."))
        }
        if state.journalFault != nil {
            alarms.append(
                self.alarm(
                    "pages.journal", "The journal of pages cannot be written, so no page is sent.",
                    "Call by telephone; check free space and permissions of the data folder. It is tried again."
                ))
        }
        if state.unwrittenCount > 0 {
            let pages = state.unwrittenCount == 1 ? "A page" : "\(state.unwrittenCount) pages"
            alarms.append(
                self.alarm(
                    "pages.not-written", "\(pages) could not be written into the case, so nobody was called.",
                    "Call by telephone; the node's log says why. It is tried again by itself."))
        }
        return alarms
    }

    private func alarm(_ code: String, _ message: String, _ hint: String) -> AlarmView {
        AlarmView(code: code, site: self.site, message: message, hint: hint, deltas: [])
    }
}
