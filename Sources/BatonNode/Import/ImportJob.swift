package import BatonAPI
package import BatonModel

/// What every import is told.
package struct ImportOptions: Sendable {
    /// True with `--zone UTC`.
    package var assumesUTC = false
    /// Nil: this node writes every row.
    package var split: SiteSplit?
    package var rejects = "import-rejects.csv"
    package var progress = ImportProgress.Style.silent

    package init() {}
}

/// Reads logs and writes them to a running node, or only judges them where there is no client.
package struct ImportJob: Sendable {
    private let client: OperatorClient?
    private let options: ImportOptions
    private let hashing: any Hashing
    private let time: ImportTime

    /// - Parameter client: Nil for a dry run.
    package init(_ client: OperatorClient?, options: ImportOptions, hashing: any Hashing) {
        self.client = client
        self.options = options
        self.hashing = hashing
        self.time = ImportTime(assumesUTC: options.assumesUTC)
    }

    /// Imports an ITSM log. The activities are read twice: first to learn where each incident begins and
    /// ends.
    package func itsm(incidents: String, activities: String) async throws(NodeFault) -> ImportSummary {
        var run = try await self.begin([activities, incidents, activities])
        var survey = ITSMSurvey()
        let first = try CSVTable(activities, columns: ITSMActivity.columns)
        while let item = try first.nextItem() {
            if case .row(let row) = item,
                let activity = try? ITSMActivity(row, time: self.time, hashing: self.hashing)
            {
                survey.take(activity)
            }
            run.show(first.bytesRead)
        }
        run.endFile(first.bytesRead)
        let ids = try await self.headers(incidents, survey, &run)
        try await self.entries(activities, survey, known: ids, &run)
        return try await run.finish()
    }

    /// - Returns: The ids of the incidents.
    private func headers(
        _ path: String, _ survey: ITSMSurvey, _ run: inout ImportRun
    ) async throws(NodeFault) -> Set<String> {
        var lines: [String: Int] = [:]
        let table = try CSVTable(path, columns: ITSMIncident.columns)
        while let row = try run.nextRow(table) {
            let entry: TeamEntry
            do throws(RowFault) { entry = try self.header(row, survey, &lines) } catch {
                try run.reject(path, row.line, error)
                continue
            }
            try await run.add(entry, .header, path, row.line)
        }
        run.endFile(table.bytesRead)
        return Set(lines.keys)
    }

    private func header(
        _ row: CSVTable.Row, _ survey: ITSMSurvey, _ lines: inout [String: Int]
    ) throws(RowFault) -> TeamEntry {
        let incident = try ITSMIncident(row, time: self.time, hashing: self.hashing)
        if let before = lines[incident.id] {
            throw RowFault("the incident \(Quoted.name(incident.id)) stands in line \(before) already")
        }
        lines[incident.id] = row.line
        let known = survey.incidents[incident.id]
        let entry = ITSMMapping(hashing: self.hashing).header(
            incident, isClosedByActivity: known?.closingLine != nil)
        return TeamEntry(entry: entry, team: known?.firstTeam ?? "")
    }

    private func entries(
        _ path: String, _ survey: ITSMSurvey, known ids: Set<String>, _ run: inout ImportRun
    ) async throws(NodeFault) {
        let table = try CSVTable(path, columns: ITSMActivity.columns)
        while let row = try run.nextRow(table) {
            let entry: TeamEntry
            do throws(RowFault) { entry = try self.entry(row, survey, ids) } catch {
                try run.reject(path, row.line, error)
                continue
            }
            try await run.add(entry, .entry, path, row.line)
        }
        run.endFile(table.bytesRead)
    }

    private func entry(
        _ row: CSVTable.Row, _ survey: ITSMSurvey, _ ids: Set<String>
    ) throws(RowFault) -> TeamEntry {
        let activity = try ITSMActivity(row, time: self.time, hashing: self.hashing)
        guard ids.contains(activity.incident) else {
            throw RowFault("no good row of the incidents has the id \(Quoted.name(activity.incident))")
        }
        let known = survey.incidents[activity.incident]
        return TeamEntry(
            entry: ITSMMapping(hashing: self.hashing).entry(activity, survey: known), team: activity.team)
    }

    /// Imports any event log.
    ///
    /// - Parameter log: Its name, which keeps its case numbers apart from those of other logs.
    package func events(_ path: String, columns: EventColumns, log: String) async throws(NodeFault)
        -> ImportSummary
    {
        guard (1...128).contains(log.utf8.count) else {
            throw NodeFault(
                code: "import.log-name", "The name of the log has \(log.utf8.count) bytes.",
                hint: "Give it a name of 1 to 128 bytes with --log.", exit: .usage)
        }
        var run = try await self.begin([path])
        let mapping = EventMapping(log: log, hashing: self.hashing)
        var begun: Set<String> = []
        let table = try CSVTable(path, columns: columns.list)
        while let row = try run.nextRow(table) {
            let event: EventRow
            do throws(RowFault) {
                event = try EventRow(row, columns: columns, log: log, time: self.time, hashing: self.hashing)
            } catch {
                try run.reject(path, row.line, error)
                continue
            }
            if begun.insert(event.caseID).inserted {
                try await run.add(
                    TeamEntry(entry: mapping.header(event), team: event.actor), .header, path, row.line)
            }
            try await run.add(
                TeamEntry(entry: mapping.entry(event), team: event.actor), .entry, path, row.line)
        }
        run.endFile(table.bytesRead)
        return try await run.finish()
    }

    // One run.

    private func begin(_ paths: [String]) async throws(NodeFault) -> ImportRun {
        var site: SiteID?
        if let client = self.client {
            do throws(APIFault) { site = SiteID(try await client.status().site) } catch {
                throw NodeFault(
                    code: error.code, error.message, hint: error.hint,
                    exit: ExitCode(rawValue: error.exit) ?? .failed)
            }
            if let split = self.options.split, let site, !split.sites.contains(site) {
                throw NodeFault(
                    code: "import.other-sites", "This node is \(site), which --sites does not list.",
                    hint: "Add it to --sites, or run the import at one of those sites.", exit: .usage)
            }
        }
        return ImportRun(
            sink: try ImportSink(self.client, rejects: self.options.rejects), split: self.options.split,
            site: site,
            hashing: self.hashing, progress: ImportProgress(self.options.progress),
            bytesTotal: paths.reduce(0) { $0 + CSVTable.size($1) })
    }
}
