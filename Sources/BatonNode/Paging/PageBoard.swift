import BatonAPI
import Synchronization

/// How paging stands, for whoever asks: `status`, `sync`, the prompt.
final class PageBoard: Sendable {
    private struct State {
        var view: PagesView
        var isNameless = false
        var journalFault: String?
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

    /// Set once the journal could not be written: nothing is sent then.
    var journalFault: String? {
        get { self.state.withLock { $0.journalFault } }
        set { self.state.withLock { $0.journalFault = newValue } }
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
                    "Check free space and permissions of the data folder, then restart the node."))
        }
        return alarms
    }

    private func alarm(_ code: String, _ message: String, _ hint: String) -> AlarmView {
        AlarmView(code: code, site: self.site, message: message, hint: hint, deltas: [])
    }
}
