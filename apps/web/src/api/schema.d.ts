// Made from the OpenAPI document by `npm run api-types -w @sterna/web`. Do not edit.
// biome-ignore-all lint: generated
// biome-ignore-all format: generated
export interface paths {
    "/api/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is it up, and is it set up */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create the organization and its first administrator
         * @description Works once, on an installation that has no account. Signs in, and gives an administrator token if asked.
         */
        post: operations["setUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How people sign in here
         * @description With a password, at a provider of identities (OpenID Connect), or either.
         */
        get: operations["getSignInWays"];
        put?: never;
        /**
         * Sign in with e-mail and password
         * @description Sets the session cookie. With `token`, also makes an API token for a program such as the CLI.
         */
        post: operations["signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session */
        post: operations["signOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I, and what may I do */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** API tokens */
        get: operations["listTokens"];
        put?: never;
        /** Make an API token */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an API token */
        delete: operations["deleteToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change my password
         * @description Ends my other sessions.
         */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** People of the organization */
        get: operations["listAccounts"];
        put?: never;
        /** Add a person */
        post: operations["createAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a person: ends their sessions, revokes their tokens */
        delete: operations["removeAccount"];
        options?: never;
        head?: never;
        /**
         * Another role, or a new password, for a person
         * @description A role counts at once. A new password ends the person’s sessions. An owner must stay.
         */
        patch: operations["updateAccount"];
        trace?: never;
    };
    "/api/connectors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Connectors of this build, with the JSON Schema of their settings */
        get: operations["listConnectors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/systems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Systems */
        get: operations["listSystems"];
        put?: never;
        /** Add a system */
        post: operations["createSystem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/systems/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One system */
        get: operations["getSystem"];
        put?: never;
        post?: never;
        /** Remove a system that no project uses */
        delete: operations["deleteSystem"];
        options?: never;
        head?: never;
        /** Change a system */
        patch: operations["updateSystem"];
        trace?: never;
    };
    "/api/systems/{id}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reachability, rights and capabilities, with their evidence */
        post: operations["checkSystem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/settings-schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** JSON Schema of the settings of projects and entries */
        get: operations["getSettingsSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Projects */
        get: operations["listProjects"];
        put?: never;
        /** Make a project from a source system to a target system */
        post: operations["createProject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One project */
        get: operations["getProject"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Rename a project */
        patch: operations["updateProject"];
        trace?: never;
    };
    "/api/projects/{id}/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who has a role in the project besides the one in the organization */
        get: operations["listProjectAccess"];
        /**
         * Give a person of the organization a role in the project
         * @description Counts at once, and only adds to what the role in the organization allows.
         */
        put: operations["grantProjectAccess"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/access/{accountId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a person’s role in the project away */
        delete: operations["revokeProjectAccess"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Settings of a project */
        get: operations["getProjectSettings"];
        /** Change settings; passes that have started keep theirs */
        put: operations["putProjectSettings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/drift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Entries whose last pass ran with other settings than now
         * @description Settings that decide over no object, such as bandwidth, do not count. Entries that never ran do not either.
         */
        get: operations["getProjectDrift"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/mapping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Mapping table: source address to target address */
        get: operations["getMapping"];
        /** Replace the mapping table */
        put: operations["putMapping"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Add and remove single rows
         * @description To correct a row, remove its old source and put the new row. A source that is mapped already is refused.
         */
        patch: operations["changeMapping"];
        trace?: never;
    };
    "/api/projects/{id}/mapping/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Mapping table, page by page, by source */
        get: operations["searchMapping"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/mapping.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Mapping table as CSV */
        get: operations["exportMapping"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/mapping/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mapping table from a CSV (columns Source, Target, Kind)
         * @description Nothing is imported while there are problems.
         */
        post: operations["importMapping"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/capacity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How long the first passes of the whole user list take at least, by which limit, and what they need
         * @description A model: the vendors’ published limits, what the connectors’ calls take of them, and the measured CPU and size of the ledger. What an entry holds is an average that the query may give.
         */
        get: operations["getProjectCapacity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The user list, filtered and sorted */
        get: operations["listEntries"];
        put?: never;
        /** Add entries: all or none */
        post: operations["createEntries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Batches of the user list */
        get: operations["listBatches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/entries/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import the user list from a CSV
         * @description Every problem of every line is told. Nothing is made while there are any, unless `partial`.
         */
        post: operations["importEntries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/entries.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The user list as CSV; credentials are never exported */
        get: operations["exportEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/discover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What the source system holds, where it can list that; makes no entries */
        post: operations["discoverEntries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/entries/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * One action for many entries
         * @description Each entry on its own: one that is refused does not keep the others from it.
         */
        post: operations["bulkEntries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/entries/bulk/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a bulk action would do as things stand; changes nothing */
        post: operations["previewBulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/entries/export.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The selected entries as CSV; credentials are never exported */
        post: operations["exportSelection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One entry */
        get: operations["getEntry"];
        put?: never;
        post?: never;
        /** Delete an entry: it is archived with its books; a license that never burned is released */
        delete: operations["deleteEntry"];
        options?: never;
        head?: never;
        /** Change an entry; the addresses of one that has started stay */
        patch: operations["updateEntry"];
        trace?: never;
    };
    "/api/entries/{id}/recreate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new entry like a deleted one: it inherits nothing, and needs a license of its own */
        post: operations["recreateEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/license": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Assign a license; it burns at the first start */
        post: operations["assignLicense"];
        /** Release a license that never burned */
        delete: operations["releaseLicense"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a start would do and cost, before anything is spent */
        get: operations["planEntry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a writing pass: initial the first time, delta afterwards
         * @description The first start burns the license, once; later ones cost nothing.
         */
        post: operations["startEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop the live pass after what is in flight */
        post: operations["stopEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on after a stop or failure; a pending pass is woken now */
        post: operations["resumeEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A delta pass that plans again what failed */
        post: operations["retryEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/preprocess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make its group, team or site in the target, with members and channels, and tell what is missing there
         * @description Nobody is mailed; costs nothing. What is there is found, so it can be repeated.
         */
        post: operations["preprocessEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give back what its passes hold in the target: channels in migration mode, spaces that are being imported
         * @description For an entry that was stopped in the middle. Costs nothing, asks nothing of the source, and can be repeated; result.finished names what was given back, result.refused what another app holds.
         */
        post: operations["finishEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Read the source and count: writes nothing, costs nothing */
        post: operations["auditEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/dry-run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The pass that a start would run, with writes blocked: changes nothing, costs nothing
         * @description Reads everything that would be sent. What it found is at /api/passes/:id/dry-run.
         */
        post: operations["dryRunEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last verify of an entry; its findings one by one are notes of its pass */
        get: operations["verifyReport"];
        put?: never;
        /** Hold source, books and target against each other: writes nothing, costs nothing */
        post: operations["verifyEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What has failed or is uncertain now, by cause, with what to do */
        get: operations["entryFailures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/failures/objects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The objects of one group of failures, folder by folder */
        get: operations["listFailedObjects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/lineage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An entry among those that it replaces and those that replaced it, oldest first */
        get: operations["entryLineage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Notes of an entry, oldest first: failures, fidelity notes, findings of a verify */
        get: operations["listNotes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/notes/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many notes of each cause an entry has */
        get: operations["countNotes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/notes/{note}/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Source and target version of a noted object side by side, fetched live
         * @description Shows headers and first bytes of people’s mail: it needs the scope `operate` and is written to the audit trail. Nothing of it is kept or logged.
         */
        post: operations["compareObject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Schedules of the batches: open ones by their next time, then the latest that are over */
        get: operations["listSchedules"];
        put?: never;
        /** Start a batch at an instant, or bring what is new every so many hours until the cutover */
        post: operations["createSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Nothing more starts by it; what it has started goes on */
        post: operations["cancelSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/{id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The times it has run, newest first: what was started, what was not and why */
        get: operations["listScheduleRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/cutover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Cutover checklist of every batch, with what the passes say */
        get: operations["listCutover"];
        put?: never;
        /** Add a line of the batch's own */
        post: operations["addCutoverLine"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/cutover/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Tick a line of a checklist, take the tick away, or change its note */
        put: operations["changeCutoverLine"];
        post?: never;
        /** Remove a line of the batch's own */
        delete: operations["removeCutoverLine"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where notifications go */
        get: operations["listChannels"];
        put?: never;
        /** Add a webhook or an e-mail channel */
        post: operations["createChannel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/channels/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a channel; what it was still to send is given up */
        delete: operations["removeChannel"];
        options?: never;
        head?: never;
        /** Change a channel or switch it off; what is left out stays */
        patch: operations["updateChannel"];
        trace?: never;
    };
    "/api/notifications/channels/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new secret for a webhook's signatures; the old one is used no longer */
        post: operations["renewChannelSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/channels/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a test, once; the delivery says what came of it */
        post: operations["testChannel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was sent, or not and why, newest first */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One message to one channel, with its attempts */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/deliveries/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send it once more, now */
        post: operations["retryDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When something is worth telling */
        get: operations["getNotificationRules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change when something is worth telling; what is left out stays */
        patch: operations["updateNotificationRules"];
        trace?: never;
    };
    "/api/passes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One pass: progress, books, result */
        get: operations["getPass"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passes/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take back what the last pass created and overwrote: first a plan, then, confirmed, the undo; gives no license back */
        post: operations["undoPass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passes/{id}/dry-run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a dry run found: objects by what would be done, unmapped people, time, license */
        get: operations["getDryRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passes/{id}/dry-run/objects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What would be done with each object; those that would stay as they are are left out
         * @description Kept until the next dry run of the entry.
         */
        get: operations["listDryRunObjects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Passes of an entry, a project or the organization, newest first */
        get: operations["listPasses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/remigration-plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Before a remigration: would a delta do, what would burn, what would be duplicated, what changed */
        get: operations["planRemigration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/remigrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Step 1: begin, with a reason */
        post: operations["beginRemigration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/remigrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Remigrations */
        get: operations["listRemigrations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/remigrations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One remigration, and what its next step is */
        get: operations["getRemigration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/remigrations/{id}/backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Step 2: back up the target, or refuse it with a reason */
        post: operations["chooseRemigrationBackup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/remigrations/{id}/target": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Step 3: empty the target (the list is frozen), or keep what it holds */
        post: operations["chooseRemigrationTarget"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/remigrations/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Step 3b: remove what was frozen; the target address is typed to confirm */
        post: operations["confirmRemigrationEmptying"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/remigrations/{id}/recreate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Step 4: archive the old entry, make the new one, assign its license: one transaction */
        post: operations["recreateRemigration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/remigrations/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Step 5: start; burns the new license */
        post: operations["startRemigration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/remigrations/{id}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Step 6: verify, or end without */
        post: operations["verifyRemigration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/remigrations/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop the pass that the current step waits for; the step can then be done again, or otherwise */
        post: operations["stopRemigrationPass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/remigrations/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End here: what was done stays done and recorded; a backup or an emptying under way is stopped */
        post: operations["cancelRemigration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/bulk-remigrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same choices for many entries; one pilot goes first */
        post: operations["beginBulkRemigration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bulk-remigrations/{bulkId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a bulk remigration is */
        get: operations["getBulkRemigration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bulk-remigrations/{bulkId}/continue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** After the pilot: go on with the rest, or end */
        post: operations["continueBulkRemigration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Back up what is in the target now. Free */
        post: operations["backUpTarget"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Backups */
        get: operations["listBackups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backups/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put a backup back where it came from, or elsewhere; what is still there is not written twice. Free */
        post: operations["restoreBackup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/licenses/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Balance per type and tier: granted = available + assigned + burned */
        get: operations["getBalances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/licenses/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Grant licenses (where the installation does not take signed packs alone) */
        post: operations["grantLicenses"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/licenses/packs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Import a signed pack of licenses, once */
        post: operations["importPack"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/licenses/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The license ledger, newest first */
        get: operations["listLicenseEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/licenses/ledger/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The whole ledger, to be verified offline (sterna ledger verify FILE) */
        get: operations["exportLedger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/licenses/ledger/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Does the ledger's chain hold */
        get: operations["verifyLedger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What runs, what needs a person, what waits and for how long, licenses, throughput, forecast */
        get: operations["getOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/licenses/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Licenses that the entries which have not started need, against what is available */
        get: operations["forecastLicenses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Links to what the project migrates, counted by entry and kind
         * @description Of the copies that are in the target. Passes look for links while the setting `links` is `rewrite`; to rewrite or restore them, change that setting and start delta passes, which need no license.
         */
        get: operations["projectLinks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/links/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The links themselves: where they are, where they led, where they lead now or why they stay */
        get: operations["listLinks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Books, passes, failures and notes of an entry */
        get: operations["entryReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/entries/{id}/report.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One line per note, or per pass */
        get: operations["entryReportCsv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Books of a project, entry by entry */
        get: operations["projectReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/report/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A project in figures: books, causes of failures, license use */
        get: operations["reportSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/report/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Books entry by entry, page by page */
        get: operations["reportEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/report/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every object that is failed or uncertain now, page by page */
        get: operations["reportFailures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/report.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One line per entry, or per failed or uncertain object */
        get: operations["projectReportCsv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public key that reports are signed with (sterna report verify FILE) */
        get: operations["getReportKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what and when, newest first */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The whole audit trail, to be verified offline (sterna ledger verify FILE) */
        get: operations["exportAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Does the audit trail's chain hold */
        get: operations["verifyAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Live events (server-sent events)
         * @description Says what changed, not how: read the entry or pass again. After a reconnect read all that is shown again; Last-Event-ID is taken, and an event `lost` says when something may have been missed. `recent` is for what was read before the stream stood: events of the last so many milliseconds come first, or `lost`.
         */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        CredentialsInput: {
            /** @description Sign-in name where it differs from the address */
            user?: string;
            password?: string;
            /** @description OAuth 2 bearer */
            accessToken?: string;
            /** @description Where a mailbox is several servers: what is another for one of them, by its key (`caldav`) */
            parts?: {
                [key: string]: {
                    /** @description Of the mailbox at this server, where it is another */
                    address?: string;
                    /** @description Sign-in name where it differs from the address */
                    user?: string;
                    password?: string;
                    /** @description OAuth 2 bearer */
                    accessToken?: string;
                };
            };
        };
        MappingRowInput: {
            source: string;
            target: string;
            /** @enum {string} */
            kind: "user" | "group" | "domain";
        };
        Books: {
            seen: number;
            /** @description created + updated */
            migrated: number;
            created: number;
            updated: number;
            unchanged: number;
            filtered: number;
            skipped: number;
            merged: number;
            /** @description Written with an outcome that nobody can read back; never sent again */
            uncertain: number;
            failed: number;
            /** @description The states add up to `seen` */
            balanced: boolean;
        };
        LicenseBalance: {
            /** @enum {string} */
            type: "mail" | "file" | "site" | "team";
            /** @enum {string} */
            tier: "standard" | "trial";
            granted: number;
            available: number;
            assigned: number;
            burned: number;
        };
        ChecklistLine: {
            name: string;
            /** @enum {string} */
            state: "ok" | "attention" | "problem" | "unknown";
            evidence: string;
            fix?: string;
        };
        LicenseEffect: {
            /** @enum {string} */
            type: "mail" | "file" | "site" | "team";
            /** @description What starting burns; absent for a delta pass */
            burns?: {
                /** @enum {string} */
                tier: "standard" | "trial";
                id?: string;
            };
            balance?: components["schemas"]["LicenseBalance"];
            leftAfter?: number;
            words: string;
        };
        StartPlan: {
            entryId: number;
            /** @enum {string} */
            kind: "initial" | "delta";
            license: components["schemas"]["LicenseEffect"];
            drift: {
                settings: {
                    field: string;
                    words: string;
                }[];
                words: string[];
            };
            estimate: {
                /** @description As likely more as less (p50) */
                seconds?: number;
                /** @description Nine times of ten it is less */
                p90Seconds?: number;
                objects?: number;
                bytes?: number;
                /** @description Seconds of one object, from past passes; known without a live look too */
                perObject?: {
                    p50: number;
                    p90: number;
                };
                basis: string;
            };
            checklist: components["schemas"]["ChecklistLine"][];
            warnings: string[];
            /** @description The error that a start would give now */
            refusal?: {
                code: string;
                message: string;
                fix?: string;
            };
        };
        RemigrationPlan: {
            entryId: number;
            wouldDeltaDo: {
                /** @enum {string} */
                answer: "yes" | "no" | "maybe";
                reason: string;
            };
            /** @description What became of each object of the source, over all passes */
            books: components["schemas"]["Books"];
            license: components["schemas"]["LicenseEffect"];
            target: {
                objects?: number;
                bytes?: number;
                folders?: number;
                /**
                 * Format: date-time
                 * @description UTC
                 */
                seenAt?: string;
                words: string;
            };
            duplicates: {
                objects?: number;
                words: string;
            };
            sourceChanged: {
                share?: number;
                words: string;
            };
            estimate: {
                /** @description As likely more as less (p50) */
                seconds?: number;
                /** @description Nine times of ten it is less */
                p90Seconds?: number;
                objects?: number;
                bytes?: number;
                /** @description Seconds of one object, from past passes; known without a live look too */
                perObject?: {
                    p50: number;
                    p90: number;
                };
                basis: string;
            };
            drift: {
                settings: {
                    field: string;
                    words: string;
                }[];
                words: string[];
            };
            checklist: components["schemas"]["ChecklistLine"][];
            warnings: string[];
        };
        Pass: {
            id: number;
            entryId: number;
            number: number;
            /** @enum {string} */
            kind: "initial" | "delta" | "audit" | "verify" | "empty" | "preprocess" | "undo" | "dry-run" | "finish";
            /** @enum {string} */
            status: "queued" | "running" | "pending" | "completed" | "completed with failures" | "stopped" | "failed";
            /** @description As they were when it was asked for; what changes later is not for this pass */
            settings: {
                [key: string]: unknown;
            };
            settingsVersion: string;
            requestedBy: string;
            reason?: string;
            stopRequested: boolean;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
            /** @description Of an undo: the number of the pass that it takes back, and whether it just plans that */
            undo?: {
                pass: number;
                /** @enum {string} */
                mode: "plan" | "remove";
            };
            /** @description Number of the pass that took this one back */
            undoneBy?: number;
            /**
             * Format: date-time
             * @description UTC
             */
            startedAt?: string;
            /**
             * Format: date-time
             * @description UTC
             */
            endedAt?: string;
            /**
             * Format: date-time
             * @description UTC
             */
            resumeAt?: string;
            activeSeconds: number;
            /** @description Objects, bytes, rate, time left, current folder, throttling */
            progress?: unknown;
            books?: components["schemas"]["Books"];
            /** @description Books per folder of the source */
            folders?: {
                folder: string;
                /** @description Of its objects: message, event, task, contact */
                kind?: string;
                target?: string;
                books: components["schemas"]["Books"];
                /** @description Why it was left out as a whole */
                excluded?: string;
            }[];
            /** @description The books by content kind */
            kinds?: {
                [key: string]: components["schemas"]["Books"];
            };
            /** @description Per folder, and what an audit or verify found */
            result?: unknown;
            /** @description Code, words and fix of a failed pass */
            error?: unknown;
        };
        DryRun: {
            passId: number;
            entryId: number;
            objects: {
                [key: string]: number;
            };
            /** @description Of what would be created or overwritten */
            bytes: number;
            /** @description Folders, calendars … that would be made in the target */
            containers: number;
            unmapped: {
                principal: string;
                occurrences: number;
                places: string[];
            }[];
            /** @description There may be more than are listed */
            unmappedCount: number;
            estimate: {
                /** @description As likely more as less (p50) */
                seconds?: number;
                /** @description Nine times of ten it is less */
                p90Seconds?: number;
                objects?: number;
                bytes?: number;
                /** @description Seconds of one object, from past passes; known without a live look too */
                perObject?: {
                    p50: number;
                    p90: number;
                };
                basis: string;
            };
            license: components["schemas"]["LicenseEffect"];
        };
        DryRunObject: {
            /** @enum {string} */
            verb: "create" | "overwrite" | "rename" | "update" | "skip" | "refuse";
            kind: string;
            /** @description Of the source */
            id: string;
            folder: string[];
            targetFolder?: string[];
            size?: number;
            /** @description Why it would be skipped, where that has a name; else none */
            reason: string;
            notes: {
                text: string;
                fix: string | null;
                subject: string | null;
            }[];
        };
        System: {
            id: number;
            name: string;
            connector: string;
            /** @description The connector's settings, without secrets */
            settings?: unknown;
            /** @description Which are stored; never what they are */
            credentials: {
                user: boolean;
                password: boolean;
                accessToken: boolean;
                /** @description Servers with a sign-in of their own; absent: none */
                parts?: string[];
            };
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
        };
        CheckLine: {
            name: string;
            ok: boolean;
            /** @description What was found, in the system's words where that helps */
            evidence: string;
            fix?: string;
        };
        Connector: {
            name: string;
            title: string;
            kinds: string[];
            itemTypes: string[];
            canRead: boolean;
            canWrite: boolean;
            /** @description Servers that a mailbox of it is, each of which may have credentials of its own */
            parts?: string[];
            /** @description JSON Schema of the settings */
            settingsSchema?: unknown;
        };
        Backup: {
            entryId: number;
            /** @description The entry whose target was backed up */
            ofEntryId?: number;
            address: string;
            path: string;
            status: string;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
        };
        BatchRun: {
            id: number;
            scheduleId: number;
            /**
             * Format: date-time
             * @description UTC
             */
            dueAt: string;
            /** @description Repeats before it that nobody was there for */
            missed: number;
            /**
             * Format: date-time
             * @description UTC
             */
            beganAt: string;
            /**
             * Format: date-time
             * @description When the last entry was started or refused
             */
            endedAt?: string;
            started: number;
            refused: number;
            passes: {
                running: number;
                completed: number;
                withFailures: number;
                failed: number;
            };
            refusals: {
                code: string;
                message: string;
                fix?: string;
                entries: number;
                /** @description The first few */
                sample: {
                    entryId: number;
                    sourceAddress: string;
                }[];
            }[];
        };
        Schedule: {
            id: number;
            projectId: number;
            /** @description As in the user list; empty for the entries without a batch */
            batch: string;
            /**
             * @description initial: what has never started; delta: what is new in what has
             * @enum {string}
             */
            kind: "initial" | "delta";
            /** @enum {string} */
            state: "open" | "over" | "cancelled";
            /**
             * Format: date-time
             * @description The first time
             */
            runAt: string;
            /** @description The time zone that the person meant it in */
            zone: string;
            everyHours?: number;
            /**
             * Format: date-time
             * @description UTC
             */
            until?: string;
            /**
             * Format: date-time
             * @description UTC
             */
            nextRunAt?: string;
            requestedBy: string;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC
             */
            cancelledAt?: string;
            cancelledBy?: string;
            lastRun?: components["schemas"]["BatchRun"];
        };
        PassEvidence: {
            entries: number;
            /** @description Completed: nothing failed, nothing differs */
            done: number;
            /** @description Ended with failures, or found differences */
            withFailures: number;
            /** @description The pass itself failed or was stopped */
            failed: number;
            running: number;
            /** @description No such pass yet */
            none: number;
            /** @description Ended before the last migrating pass of the entry */
            stale: number;
            /**
             * Format: date-time
             * @description UTC
             */
            firstEndedAt?: string;
            /**
             * Format: date-time
             * @description UTC
             */
            lastEndedAt?: string;
        };
        CutoverBatch: {
            /** @description Empty for the entries without a batch */
            batch: string;
            entries: number;
            /** @description Entries by status, without regard to schedules */
            statuses: {
                [key: string]: number;
            };
            /** @description Entries that wait for a schedule */
            waiting: number;
            lines: {
                /** @description last-delta, forwarding, mx, profiles, verify, or own-N */
                key: string;
                title: string;
                own: boolean;
                note: string;
                /**
                 * Format: date-time
                 * @description UTC
                 */
                doneAt?: string;
                doneBy?: string;
                /** @description Of last-delta and verify: what the passes say now */
                evidence?: components["schemas"]["PassEvidence"];
            }[];
        };
        Account: {
            id: number;
            email: string;
            /** @enum {string} */
            role: "owner" | "operator" | "viewer" | "auditor" | "none";
            organization: {
                id: number;
                publicId: string;
                name: string;
            };
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
        };
        ApiToken: {
            id: number;
            name: string;
            /** @description E-mail of the person that it acts for */
            account: string;
            scopes: ("read" | "operate" | "admin")[];
            /** @description Limited to these; absent: wherever its person may */
            projects?: number[];
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC
             */
            expiresAt?: string;
            /**
             * Format: date-time
             * @description UTC
             */
            lastUsedAt?: string;
            /**
             * Format: date-time
             * @description UTC
             */
            revokedAt?: string;
        };
        Project: {
            id: number;
            name: string;
            source: {
                id: number;
                name: string;
                connector: string;
            };
            target: {
                id: number;
                name: string;
                connector: string;
            };
            /** @description With every default filled in */
            settings: {
                [key: string]: unknown;
            };
            settingsVersion: number;
            /** @description Live entries by status */
            entries: {
                [key: string]: number;
            };
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
        };
        SettingsDifference: {
            /** @description `dateFilter.to`, `folders.map` … */
            field: string;
            /** @description Absent where it was not set */
            before?: unknown;
            /** @description Absent where it is not set any more */
            after?: unknown;
            words: string;
        };
        Settings: {
            /** @description With every default filled in */
            settings: {
                [key: string]: unknown;
            };
            version: number;
            /** @description What this request changed; empty where it only reads */
            changes: components["schemas"]["SettingsDifference"][];
        };
        MappingRow: {
            source: string;
            target: string;
            /** @enum {string} */
            kind: "user" | "group" | "domain";
        };
        ProjectMember: {
            accountId: number;
            email: string;
            /** @enum {string} */
            role: "owner" | "operator" | "viewer" | "auditor";
            /**
             * @description Counts in the project too, where it allows more
             * @enum {string}
             */
            organizationRole: "owner" | "operator" | "viewer" | "auditor" | "none";
            /**
             * Format: date-time
             * @description UTC
             */
            since: string;
        };
        EntryLicense: {
            id: string;
            /** @enum {string} */
            type: "mail" | "file" | "site" | "team";
            /** @enum {string} */
            tier: "standard" | "trial";
            burned: boolean;
        };
        Entry: {
            id: number;
            /** @description Backups and restores have none */
            projectId?: number;
            /** @enum {string} */
            itemType: "mailbox" | "drive" | "site" | "group" | "team";
            sourceAddress: string;
            targetAddress: string;
            displayName?: string;
            batch?: string;
            /** @enum {string} */
            status: "not started" | "scheduled" | "running" | "pending" | "completed" | "completed with failures" | "stopped" | "failed";
            /** @description Why it waits or failed, in words */
            statusDetail?: string;
            /**
             * Format: date-time
             * @description UTC
             */
            resumeAt?: string;
            merge: boolean;
            hasCredentials: {
                source: boolean;
                target: boolean;
            };
            /** @description Its own, over the project's */
            settings: {
                [key: string]: unknown;
            };
            /** @description Best one first */
            licenses: components["schemas"]["EntryLicense"][];
            lastPass?: {
                id: number;
                number: number;
                kind: string;
                status: string;
                books?: components["schemas"]["Books"];
                progress?: unknown;
                /**
                 * Format: date-time
                 * @description UTC
                 */
                startedAt?: string;
                /**
                 * Format: date-time
                 * @description UTC
                 */
                endedAt?: string;
            };
            /** @description Failed or uncertain by the books of its last initial or delta pass */
            failures: number;
            /** @description The database was restored: its next migrating pass takes inventory of the whole target before it writes */
            inventoryDue: boolean;
            replacesEntryId?: number;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC
             */
            archivedAt?: string;
        };
        BulkPreview: {
            /** @description Selected */
            entries: number;
            /** @description Of them, those for which it would be done */
            would: number;
            /** @description The others by cause, most frequent first */
            refused: {
                code: string;
                /** @description Of the first one */
                message: string;
                fix?: string;
                entries: number;
                sample: {
                    entryId: number;
                    sourceAddress?: string;
                }[];
            }[];
            /** @description What it takes from the balance */
            licenses: {
                /** @enum {string} */
                type: "mail" | "file" | "site" | "team";
                /** @enum {string} */
                tier: "standard" | "trial";
                /** @description Entries refused for want of licenses included */
                needed: number;
                available: number;
            }[];
        };
        Note: {
            /** @description failure, uncertain, fidelity, skipped, suspect, filtered */
            kind: string;
            pass: number;
            folder?: string;
            objectId?: string;
            subject?: string;
            code: string;
            reason: string;
            fix?: string;
            /**
             * Format: date-time
             * @description UTC
             */
            at: string;
        };
        ReportEntry: {
            entryId: number;
            sourceAddress: string;
            targetAddress: string;
            batch?: string;
            status: string;
            passes: number;
            books: components["schemas"]["Books"];
            bytes: number;
            seconds: number;
            license?: string;
        };
        ReportProof: {
            /** @constant */
            format: "sterna-report/1";
            /** @enum {string} */
            kind: "entry" | "project" | "summary";
            organization: string;
            /** Format: date-time */
            signedAt: string;
            ledger: {
                seq: number;
                hash: string;
            };
            /** Format: base64 */
            key: string;
            /** Format: base64 */
            signature: string;
        };
        ReportSummary: {
            project: {
                id: number;
                name: string;
                source: string;
                target: string;
                /**
                 * Format: date-time
                 * @description UTC
                 */
                createdAt: string;
            };
            /** @description Live entries by status */
            entries: {
                [key: string]: number;
            };
            books: components["schemas"]["Books"];
            /** @description The books of all objects and those of each pass add up */
            balanced: boolean;
            bytes: number;
            passes: number;
            /** @description All writing passes together */
            seconds: number;
            /**
             * Format: date-time
             * @description Start of the first writing pass
             */
            firstAt?: string;
            /**
             * Format: date-time
             * @description End of the last one
             */
            lastAt?: string;
            /** @description Entries that were verified */
            verified: number;
            /** @description Entries whose last verify found everything once and the same */
            verifiedClean: number;
            /** @description What is failed or uncertain now, the most frequent first */
            causes: {
                code: string;
                /** @description failure, uncertain */
                kind: string;
                reason: string;
                fix?: string;
                objects: number;
                entries: number;
            }[];
            /** @description Held by entries of the project */
            licenses: {
                type: string;
                tier: string;
                burned: number;
                /** @description Of the burned ones, by entries that were deleted since */
                burnedByDeleted: number;
                assigned: number;
            }[];
            /** @description Head of the license ledger, and the signature over the whole report (sterna report verify FILE) */
            proof: components["schemas"]["ReportProof"];
        };
        NoteCount: {
            kind: string;
            code: string;
            reason: string;
            objects: number;
        };
        FailureGroup: {
            code: string;
            /** @enum {string} */
            state: "failed" | "uncertain";
            objects: number;
            /** @description In plain words, of the newest one */
            reason: string;
            /** @description What to do */
            fix?: string;
            /** @description A retry plans them again; what is uncertain is never sent again */
            canRetry: boolean;
            /**
             * Format: date-time
             * @description UTC
             */
            firstAt?: string;
            /**
             * Format: date-time
             * @description UTC
             */
            lastAt?: string;
            sample: {
                /** @description For compareObject */
                noteId?: number;
                folder?: string;
                subject?: string;
                reason: string;
                /** @description Number of the pass within its entry */
                pass: number;
            }[];
        };
        ObjectVersion: {
            /**
             * @description `none`: by the books it never was there; `absent`: it was, and is gone
             * @enum {string}
             */
            state: "present" | "absent" | "unreadable" | "none";
            /** @description Why it is not shown */
            words?: string;
            folder?: string;
            flags: string[];
            /**
             * Format: date-time
             * @description UTC
             */
            date?: string;
            /** @description Of the whole object, in bytes */
            size?: number;
            /** @description Equal for copies that differ in nothing but line ends; absent where it was too large to be read whole */
            digest?: string;
            headers: {
                name: string;
                value: string;
            }[];
            /** @description The first bytes after the headers, as text */
            body: string;
            truncated: boolean;
        };
        LicenseEvent: {
            seq: number;
            /** @enum {string} */
            kind: "grant" | "assign" | "release" | "burn";
            license?: string;
            entry?: number;
            data?: unknown;
            actor: string;
            at: string;
            prevHash: string;
            hash: string;
        };
        ListedLicenseEvent: {
            seq: number;
            /** @enum {string} */
            kind: "grant" | "assign" | "release" | "burn";
            license?: string;
            entry?: number;
            data?: unknown;
            actor: string;
            at: string;
            prevHash: string;
            hash: string;
            about?: {
                projectId?: number;
                sourceAddress: string;
                targetAddress: string;
                /** @description The entry was deleted */
                archived: boolean;
            };
        };
        LedgerVerdict: {
            /** @constant */
            ok: true;
            events: number;
            head: string;
            balances: components["schemas"]["LicenseBalance"][];
        } | {
            /** @constant */
            ok: false;
            seq: number;
            reason: string;
            words: string;
        };
        EntryLinks: {
            entryId: number;
            sourceAddress: string;
            targetAddress: string;
            kinds: {
                /** @enum {string} */
                kind: "message" | "event" | "contact" | "task" | "setting" | "member" | "file" | "listItem" | "page" | "post";
                /** @description `rewritten` and all `kept` */
                found: number;
                rewritten: number;
                /** @description By why they stay */
                kept: {
                    [key: string]: number;
                };
            }[];
        };
        Link: {
            entryId: number;
            /** @description Of the entry */
            sourceAddress: string;
            /**
             * @description Of what it is in
             * @enum {string}
             */
            kind: "message" | "event" | "contact" | "task" | "setting" | "member" | "file" | "listItem" | "page" | "post";
            folder?: string;
            objectId: string;
            subject?: string;
            /** @description Where it leads at the source */
            address: string;
            /** @description Where it leads in the copy; absent: as at the source */
            newAddress?: string;
            /** @enum {string} */
            reason?: "setting" | "not-migrated" | "several-copies" | "written" | "signed";
            /** @description The reason in words */
            why?: string;
        };
        NotificationChannel: {
            id: number;
            name: string;
            /** @enum {string} */
            kind: "webhook" | "email";
            topics: ("batch-done" | "failures" | "throttled" | "license-low" | "remigration-waiting")[];
            enabled: boolean;
            createdBy: string;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
            /** @description Without its path for those who may not change channels */
            url?: string;
            mail?: {
                host: string;
                port: number;
                /** @enum {string} */
                security: "tls" | "starttls" | "none";
                user?: string;
                from: string;
                to: string[];
                hasPassword: boolean;
                hasCa: boolean;
            };
        };
        NotificationDelivery: {
            id: number;
            /** @description `webhook-id` of the message */
            eventId: string;
            channel: {
                id: number;
                name: string;
                /** @enum {string} */
                kind: "webhook" | "email";
            };
            /** @description batch-done, failures, throttled, license-low, remigration-waiting, test */
            topic: string;
            projectId?: number;
            title: string;
            text: string;
            /**
             * Format: date-time
             * @description UTC
             */
            at: string;
            /** @enum {string} */
            status: "waiting" | "delivered" | "failed";
            attempts: {
                number: number;
                /**
                 * Format: date-time
                 * @description UTC
                 */
                at: string;
                ok: boolean;
                words: string;
            }[];
            /**
             * Format: date-time
             * @description UTC
             */
            nextAttemptAt?: string;
            /**
             * Format: date-time
             * @description UTC
             */
            deliveredAt?: string;
        };
        NotificationRules: {
            /** @description Failed and uncertain together, of what a pass saw: 0.05 is 5 % */
            failureShare: number;
            throttledMinutes: number;
            licenseLow: number;
        };
        RunningPass: {
            id: number;
            entryId: number;
            /** @description Absent for a backup or a restore */
            projectId?: number;
            projectName?: string;
            /** @enum {string} */
            purpose: "migration" | "backup" | "restore" | "copy";
            sourceAddress: string;
            targetAddress: string;
            batch?: string;
            number: number;
            /** @enum {string} */
            kind: "initial" | "delta" | "audit" | "verify" | "empty" | "preprocess" | "undo" | "dry-run" | "finish";
            /**
             * Format: date-time
             * @description UTC
             */
            startedAt?: string;
            phase?: string;
            folder?: string;
            /** @description Settled in this pass */
            objects: number;
            /** @description Still to do; absent until the source is listed */
            planned?: number;
            failed: number;
            bytes: number;
            objectsPerSecond: number;
            bytesPerSecond: number;
            etaSeconds?: number;
            /**
             * Format: date-time
             * @description UTC
             */
            throttledUntil?: string;
            /** @description Whose limit that is, in words */
            throttledBy?: {
                /** @enum {string} */
                side: "source" | "target";
                reason: string;
            };
        };
        OverviewProject: {
            id: number;
            name: string;
            entries: number;
            /** @description Live entries by status */
            byStatus: {
                [key: string]: number;
            };
            /** @description Entries whose last writing pass left objects uncertain */
            uncertainEntries: number;
            uncertainObjects: number;
            /** @description Entries whose last writing pass failed because its books do not balance */
            unbalanced: number;
            /** @description Entries that need a person: status `failed` or `completed with failures` */
            attention: number;
            /** @description Query of GET /api/projects/{id}/entries that lists them; absent where none does */
            filter?: {
                status: string;
            };
        };
        TroubledEntry: {
            entryId: number;
            projectId: number;
            sourceAddress: string;
            passId: number;
            passNumber: number;
            /**
             * Format: date-time
             * @description UTC
             */
            endedAt?: string;
            /** @description How many of it are uncertain; 0 where the books do not balance */
            objects: number;
        };
        WaitingRemigration: {
            id: number;
            entryId: number;
            projectId?: number;
            sourceAddress: string;
            /** @description `continue`: the pilot of a bulk is through, and the rest waits for a decision */
            step: string;
            /** @description What to do */
            words: string;
            /** @description Its last step failed or was refused */
            isProblem: boolean;
            bulkId?: string;
            pilot: boolean;
            /**
             * Format: date-time
             * @description UTC
             */
            since: string;
        };
        Throttled: {
            /**
             * @description `throttled`: the system asked for less; `unavailable`: it does not answer; `window`: the settings say when; `mailbox`: only this mailbox is full or in use, others of its system go on
             * @enum {string}
             */
            kind: "throttled" | "unavailable" | "window" | "mailbox";
            /** @description Whose mailbox it is; absent for those beyond the first few */
            entry?: {
                id: number;
                address: string;
            };
            /** @description Absent where neither side is the cause, or nobody knows which */
            system?: {
                id: number;
                name: string;
            };
            /** @enum {string} */
            side?: "source" | "target" | "both";
            /** @description Where no system is named */
            between?: {
                source: string;
                target: string;
            };
            code?: string;
            /** @description In plain words */
            reason: string;
            fix?: string;
            /**
             * Format: date-time
             * @description UTC
             */
            since?: string;
            /**
             * Format: date-time
             * @description When the first of them goes on by itself
             */
            until?: string;
            /** @description That wait for it */
            passes: number;
            /** @description Mailboxes at a time that Sterna allows itself there now */
            connections?: number;
            /** @description And at most */
            ceiling?: number;
        };
        Overview: {
            /**
             * Format: date-time
             * @description UTC
             */
            at: string;
            projects: components["schemas"]["OverviewProject"][];
            passes: {
                running: number;
                queued: number;
                pending: number;
                /** @description Running ones, longest first; not all where there are many */
                items: components["schemas"]["RunningPass"][];
            };
            attention: {
                entries: number;
                uncertain: {
                    total: number;
                    /** @description The first few */
                    items: components["schemas"]["TroubledEntry"][];
                };
                unbalanced: {
                    total: number;
                    /** @description The first few */
                    items: components["schemas"]["TroubledEntry"][];
                };
                remigrations: {
                    total: number;
                    items: components["schemas"]["WaitingRemigration"][];
                };
            };
            throttled: components["schemas"]["Throttled"][];
            /** @description Of the types that are granted or that entries need */
            licenses: components["schemas"]["LicenseBalance"][];
            throughput: {
                /**
                 * Format: date-time
                 * @description Begin of the first minute
                 */
                from: string;
                /** @description Settled in each minute; the last minute is not over yet */
                objects: number[];
                bytes: number[];
            };
            forecast: {
                /** @description Writing passes that are not over */
                passes: number;
                /** @description Of those passes that have listed their source */
                objectsLeft: number;
                /** @description Passes whose objects nobody has counted yet */
                unlisted: number;
                objectsPerSecond: number;
                bytesPerSecond: number;
                /**
                 * Format: date-time
                 * @description Absent while nobody can know it
                 */
                finishAt?: string;
                /**
                 * @description `objects`: what is left, at the rates now; `passes`: as fast as passes ended in the last hour
                 * @enum {string}
                 */
                basis?: "objects" | "passes";
            };
        };
        LicenseNeed: {
            projectId: number;
            projectName: string;
            /** @enum {string} */
            type: "mail" | "file" | "site" | "team";
            entries: number;
            /** @description Entries that have burned theirs: they need no other */
            burned: number;
            /** @description Entries that hold one and have not started */
            assigned: number;
            /** @description Entries that have not started and hold none: entries = burned + assigned + open */
            open: number;
            /** @description Licenses that lack if this project alone used what is available */
            short: number;
        };
        LicenseForecast: {
            types: {
                /** @enum {string} */
                type: "mail" | "file" | "site" | "team";
                open: number;
                /** @description Standard licenses */
                available: number;
                /** @description Trial licenses: they let an entry start, for part of a mailbox */
                trial: number;
                /** @description Standard licenses that lack for all projects together */
                short: number;
            }[];
            projects: components["schemas"]["LicenseNeed"][];
        };
        Remigration: {
            id: number;
            entryId: number;
            newEntryId?: number;
            projectId?: number;
            sourceAddress: string;
            /** @description Of the old entry */
            targetAddress: string;
            /** @description Where the new entry is to write, if that was said at the start */
            newTargetAddress?: string;
            /** @enum {string} */
            reason: "target content deleted" | "configuration changed" | "target changed" | "critical errors";
            note: string;
            /** @enum {string} */
            step: "backup" | "target" | "confirm" | "recreate" | "start" | "verify" | "done" | "cancelled";
            /** @description What to do next, in words */
            next: string;
            /** @description The pass that the current step waits for */
            waitingFor?: {
                passId: number;
                kind: string;
                status: string;
            };
            /** @description Why the current step did not succeed */
            problem?: string;
            /** @description What to do about the problem */
            fix?: string;
            backup?: {
                entryId: number;
                path: string;
            } | {
                refused: string;
            };
            /** @description What is listed for removal */
            frozen?: {
                objects: number;
                bytes: number;
            };
            /** @description What was done, by whom and when */
            steps: {
                step: string;
                /**
                 * @description The step of the flow that it belongs to
                 * @enum {string}
                 */
                of: "reason" | "backup" | "target" | "confirm" | "recreate" | "start" | "verify" | "done" | "cancelled";
                who: string;
                when: string;
                why: string;
                /** @description The pass that it queued */
                passId?: number;
            }[];
            /**
             * @description What the verify of the flow found, once it has ended
             * @enum {string}
             */
            verified?: "ok" | "differs";
            bulkId?: string;
            pilot: boolean;
            /**
             * Format: date-time
             * @description UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC
             */
            endedAt?: string;
        };
        BulkRemigration: {
            id: string;
            /** @enum {string} */
            state: "pilot" | "asks" | "rest" | "done" | "cancelled";
            pilot: components["schemas"]["Remigration"];
            /** @description Those that need a person first, then those under way */
            rest: components["schemas"]["Remigration"][];
            /** @description Of the others, the pilot left out */
            counts: {
                begun: number;
                needPerson: number;
                underWay: number;
                done: number;
                /** @description Of those done: their verify found differences */
                differ: number;
                cancelled: number;
                refused: number;
            };
            /** @description Entries that wait for the decision after the pilot */
            waiting: number[];
            /** @description Entries that could not begin, and why */
            refused: string[];
            words: string;
        };
        Error: {
            error: {
                /** @description Stable, documented: license-none-left, imap-login-refused … */
                code: string;
                /** @enum {string} */
                class: "transient" | "throttled" | "auth" | "config" | "object" | "bug";
                message: string;
                /** @description What the user should do */
                fix?: string;
                /** @description The input field, CSV column, setting or URL part at fault */
                field?: string;
                /** @description Place of bad input, such as the line of a CSV */
                line?: number;
                /**
                 * Format: date-time
                 * @description Not before this moment (UTC)
                 */
                retryAt?: string;
                details?: {
                    [key: string]: string | number | boolean;
                };
                /** @description Every problem found, where there are several */
                problems?: {
                    message: string;
                    field?: string;
                    line?: number;
                    fix?: string;
                }[];
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                        version: string;
                        setUp: boolean;
                        /**
                         * Format: date-time
                         * @description When it was noticed that the database was put back from a backup. Passes that write wait for `sterna database reconcile`
                         */
                        restoredAt?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    setUp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    organization: string;
                    /** Format: email */
                    email: string;
                    password: string;
                    /**
                     * @description false: only sign in, as the dashboard does
                     * @default true
                     */
                    token?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        account: components["schemas"]["Account"];
                        /** @description Shown once */
                        token?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getSignInWays: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        passwords: boolean;
                        provider?: {
                            name: string;
                            /** @description Where a browser goes to sign in; with `next`, the path to come back to */
                            path: string;
                        };
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    password: string;
                    /** @description Name of a token to make */
                    token?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        account: components["schemas"]["Account"];
                        token?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Where to sign out at the provider too, if the session came from there */
                        provider?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        account: components["schemas"]["Account"];
                        /** @description In the whole organization */
                        scopes: ("read" | "operate" | "admin")[];
                        /** @description Where more is allowed than in the whole organization, or what the token is limited to */
                        projects: {
                            projectId: number;
                            /**
                             * @description In this project, besides the one in the organization
                             * @enum {string}
                             */
                            role?: "owner" | "operator" | "viewer" | "auditor";
                            /** @description All that may be done there */
                            scopes: ("read" | "operate" | "admin")[];
                        }[];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listTokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ApiToken"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @description Each includes those before it: read, operate, admin */
                    scopes: ("read" | "operate" | "admin")[];
                    /** @description Limits it to these */
                    projects?: number[];
                    /**
                     * Format: date-time
                     * @description UTC
                     */
                    expiresAt?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Shown once */
                        token: string;
                        details: components["schemas"]["ApiToken"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deleteToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiToken"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    current: string;
                    password: string;
                };
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listAccounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Account"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: email */
                    email: string;
                    password: string;
                    /** @enum {string} */
                    role: "owner" | "operator" | "viewer" | "auditor" | "none";
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    removeAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    role?: "owner" | "operator" | "viewer" | "auditor" | "none";
                    password?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listConnectors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Connector"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listSystems: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["System"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createSystem: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    connector: string;
                    /** @default {} */
                    settings?: {
                        [key: string]: unknown;
                    };
                    credentials?: components["schemas"]["CredentialsInput"];
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["System"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getSystem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["System"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deleteSystem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateSystem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    settings?: {
                        [key: string]: unknown;
                    };
                    credentials?: components["schemas"]["CredentialsInput"];
                    /** @description Changes to `credentials.parts`, server by server: null forgets, what is not named stays as it is stored. With it, `credentials` says what the sign-in of the mailbox as a whole is, and forgets no server. */
                    credentialParts?: {
                        [key: string]: {
                            /** @description Of the mailbox at this server, where it is another */
                            address?: string;
                            /** @description Sign-in name where it differs from the address */
                            user?: string;
                            password?: string;
                            /** @description OAuth 2 bearer */
                            accessToken?: string;
                        } | null;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["System"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    checkSystem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Signs in to this mailbox for real */
                    address?: string;
                    credentials?: components["schemas"]["CredentialsInput"];
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ok: boolean;
                        lines: components["schemas"]["CheckLine"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getSettingsSchema: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listProjects: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Project"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createProject: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    sourceSystemId: number;
                    targetSystemId: number;
                    /** @description Any part of the settings (GET /api/settings-schema); an object merges member by member, null goes back to the default */
                    settings?: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listProjectAccess: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ProjectMember"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    grantProjectAccess: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    /** @enum {string} */
                    role: "owner" | "operator" | "viewer" | "auditor";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ProjectMember"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    revokeProjectAccess: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                accountId: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ProjectMember"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getProjectSettings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    putProjectSettings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Any part of the settings (GET /api/settings-schema); an object merges member by member, null goes back to the default */
                    patch: {
                        [key: string]: unknown;
                    };
                    /** @description Refuses where somebody else was faster */
                    ifVersion?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getProjectDrift: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Live entries that have run */
                        ran: number;
                        drifted: number;
                        /** @description By what they ran with, the largest first, 50 at most */
                        groups: {
                            entries: number;
                            /** @description The first few */
                            sample: {
                                entryId: number;
                                sourceAddress: string;
                            }[];
                            /** @description `before` is what the pass ran with, `after` what is now */
                            settings: components["schemas"]["SettingsDifference"][];
                        }[];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getMapping: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["MappingRow"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    putMapping: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    items: components["schemas"]["MappingRowInput"][];
                    append?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["MappingRow"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    changeMapping: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    put?: components["schemas"]["MappingRowInput"][];
                    /** @description Sources */
                    remove?: string[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Rows of the table now */
                        total: number;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    searchMapping: {
        parameters: {
            query?: {
                /** @description Anywhere in source or target */
                search?: string;
                kind?: "user" | "group" | "domain";
                /** @description `next` of the page before */
                after?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["MappingRow"][];
                        /** @description Absent on the last page */
                        next?: string;
                        /** @description Rows of the whole table */
                        total: number;
                        matching: number;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    exportMapping: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Mapping table as CSV */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    importMapping: {
        parameters: {
            query?: {
                /** @description Add to the table and replace single rows, instead of replacing it whole */
                append?: "true" | "false";
                /** @description Write nothing, only say what would happen */
                preview?: "true" | "false";
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description With `preview`: good lines */
                        imported: number;
                        problems: {
                            /** @description 1 is the header's line; a quoted field may span several */
                            line: number;
                            column?: string;
                            code: string;
                            message: string;
                            fix?: string;
                        }[];
                        /** @description What the good lines do to the table as it was */
                        effect: {
                            added: number;
                            changed: number;
                            unchanged: number;
                            removed: number;
                        };
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getProjectCapacity: {
        parameters: {
            query?: {
                workers?: number;
                /** @description Of a worker at a time */
                passes?: number;
                /** @description Bytes a second between the systems */
                bandwidth?: number;
                messages?: number;
                mailBytes?: number;
                events?: number;
                contacts?: number;
                tasks?: number;
                files?: number;
                driveBytes?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        entries: number;
                        objects: number;
                        bytes: number;
                        /** @description What a first pass over everything can’t be faster than, the longest first */
                        bounds: {
                            /** @enum {string} */
                            what: "source" | "target" | "workers" | "network";
                            words: string;
                            seconds: number;
                            /** @description More workers, or more passes at a time, make it shorter */
                            scales: boolean;
                            /** @description Page of the vendor, or the bench that measured it */
                            source: string;
                        }[];
                        seconds: number;
                        /** @description With any number of workers */
                        floorSeconds: number;
                        workersForFloor?: number;
                        databaseBytes: number;
                        workerMemoryBytes: number;
                        project: {
                            id: number;
                            name: string;
                        };
                        /** @description Live entries by item type */
                        items: {
                            [key: string]: number;
                        };
                        means: {
                            workers: number;
                            passes: number;
                            bandwidth?: number;
                        };
                        averages: {
                            messages: number;
                            mailBytes: number;
                            events: number;
                            contacts: number;
                            tasks: number;
                            files: number;
                            driveBytes: number;
                        };
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listEntries: {
        parameters: {
            query?: {
                /** @description `next` of the page before */
                after?: string;
                limit?: number;
                /** @description Part of an address or name, without case */
                search?: string;
                /** @description One or more statuses, comma-separated */
                status?: string;
                itemType?: "mailbox" | "drive" | "site" | "group" | "team";
                batch?: string;
                license?: "none" | "assigned" | "burned";
                /** @description Deleted entries instead of live ones */
                archived?: "true" | "false";
                /** @description Only those of these that match, comma-separated */
                ids?: string;
                /** @description Rows to leave out before the page, for a jump; `after` is steadier where a list is read through */
                skip?: number;
                sort?: "id" | "source" | "target" | "status" | "batch";
                /** @description Last first */
                descending?: "true" | "false";
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Entry"][];
                        /** @description Absent on the last page */
                        next?: string;
                        total: number;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createEntries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    entries: {
                        /**
                         * @default mailbox
                         * @enum {string}
                         */
                        itemType?: "mailbox" | "drive" | "site" | "group" | "team";
                        sourceAddress: string;
                        targetAddress: string;
                        displayName?: string;
                        batch?: string;
                        /** @description Allows several entries into one target */
                        merge?: boolean;
                        sourceCredentials?: components["schemas"]["CredentialsInput"];
                        targetCredentials?: components["schemas"]["CredentialsInput"];
                        settings?: {
                            [key: string]: unknown;
                        };
                    }[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Entry"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listBatches: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            batch?: string;
                            entries: number;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    importEntries: {
        parameters: {
            query?: {
                /** @description Only look: nothing is made, every bad line is told */
                preview?: "true" | "false";
                /** @description Import the good lines although some are bad */
                partial?: "true" | "false";
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Entries made; in a preview, those that would be */
                        imported: number;
                        entryIds: number[];
                        problems: {
                            /** @description 1 is the header's line; a quoted field may span several */
                            line: number;
                            column?: string;
                            code: string;
                            message: string;
                            fix?: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    exportEntries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user list as CSV; credentials are never exported */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    discoverEntries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @default mailbox
                     * @enum {string}
                     */
                    itemType?: "mailbox" | "drive" | "site" | "group" | "team";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** @enum {string} */
                            itemType: "mailbox" | "drive" | "site" | "group" | "team";
                            address: string;
                            displayName?: string;
                            objects?: number;
                            bytes?: number;
                            /** @description Already in the user list */
                            listed: boolean;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    bulkEntries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description These; or leave it out and give a filter */
                    entryIds?: number[];
                    /** @description All that match; an empty filter means every live entry */
                    filter?: {
                        /** @description Part of an address or name, without case */
                        search?: string;
                        status?: ("not started" | "scheduled" | "running" | "pending" | "completed" | "completed with failures" | "stopped" | "failed")[];
                        /** @enum {string} */
                        itemType?: "mailbox" | "drive" | "site" | "group" | "team";
                        /** @description Empty: those without one */
                        batch?: string;
                        /** @enum {string} */
                        license?: "none" | "assigned" | "burned";
                    };
                    /** @description With a filter: all that match but these */
                    exceptIds?: number[];
                    act: {
                        /** @enum {string} */
                        action: "start" | "assign";
                        /**
                         * @description Default: standard before trial
                         * @enum {string}
                         */
                        tier?: "standard" | "trial";
                    } | {
                        /** @enum {string} */
                        action: "delta" | "audit" | "verify" | "preprocess" | "stop" | "resume" | "retry" | "delete" | "release";
                    } | {
                        /** @enum {string} */
                        action: "batch";
                        /** @description None: out of its batch */
                        batch?: string;
                    };
                    /** @description How many were selected when it was decided; refused where that has changed meanwhile */
                    expected?: number;
                    /** @description Comes back in the events of the type `bulk` that tell how far it is */
                    bulkId?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        done: number[];
                        refused: {
                            entryId: number;
                            /** @description Absent where there is no such entry */
                            sourceAddress?: string;
                            code: string;
                            message: string;
                            fix?: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    previewBulk: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description These; or leave it out and give a filter */
                    entryIds?: number[];
                    /** @description All that match; an empty filter means every live entry */
                    filter?: {
                        /** @description Part of an address or name, without case */
                        search?: string;
                        status?: ("not started" | "scheduled" | "running" | "pending" | "completed" | "completed with failures" | "stopped" | "failed")[];
                        /** @enum {string} */
                        itemType?: "mailbox" | "drive" | "site" | "group" | "team";
                        /** @description Empty: those without one */
                        batch?: string;
                        /** @enum {string} */
                        license?: "none" | "assigned" | "burned";
                    };
                    /** @description With a filter: all that match but these */
                    exceptIds?: number[];
                    act: {
                        /** @enum {string} */
                        action: "start" | "assign";
                        /**
                         * @description Default: standard before trial
                         * @enum {string}
                         */
                        tier?: "standard" | "trial";
                    } | {
                        /** @enum {string} */
                        action: "delta" | "audit" | "verify" | "preprocess" | "stop" | "resume" | "retry" | "delete" | "release";
                    } | {
                        /** @enum {string} */
                        action: "batch";
                        /** @description None: out of its batch */
                        batch?: string;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkPreview"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    exportSelection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description These; or leave it out and give a filter */
                    entryIds?: number[];
                    /** @description All that match; an empty filter means every live entry */
                    filter?: {
                        /** @description Part of an address or name, without case */
                        search?: string;
                        status?: ("not started" | "scheduled" | "running" | "pending" | "completed" | "completed with failures" | "stopped" | "failed")[];
                        /** @enum {string} */
                        itemType?: "mailbox" | "drive" | "site" | "group" | "team";
                        /** @description Empty: those without one */
                        batch?: string;
                        /** @enum {string} */
                        license?: "none" | "assigned" | "burned";
                    };
                    /** @description With a filter: all that match but these */
                    exceptIds?: number[];
                };
            };
        };
        responses: {
            /** @description The selected entries as CSV; credentials are never exported */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entry"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deleteEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entry"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    sourceAddress?: string;
                    targetAddress?: string;
                    displayName?: string;
                    sourceCredentials?: components["schemas"]["CredentialsInput"];
                    targetCredentials?: components["schemas"]["CredentialsInput"];
                    /** @description A patch; null goes back to what the project says */
                    settings?: {
                        [key: string]: unknown;
                    };
                    batch?: string | null;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entry"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    recreateEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    targetAddress?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entry"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    assignLicense: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Default: standard before trial
                     * @enum {string}
                     */
                    tier?: "standard" | "trial";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntryLicense"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    releaseLicense: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntryLicense"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    planEntry: {
        parameters: {
            query?: {
                /** @description Default: standard before trial */
                tier?: "standard" | "trial";
                /** @description Ask the systems too, not only the books */
                live?: "true" | "false";
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartPlan"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    startEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Default: standard before trial
                     * @enum {string}
                     */
                    tier?: "standard" | "trial";
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pass: components["schemas"]["Pass"];
                        burned?: components["schemas"]["EntryLicense"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    stopEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pass: components["schemas"]["Pass"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    resumeEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pass: components["schemas"]["Pass"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    retryEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Only what failed for these causes (entryFailures); the others stay failed */
                    codes?: string[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pass: components["schemas"]["Pass"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    preprocessEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pass: components["schemas"]["Pass"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    finishEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pass: components["schemas"]["Pass"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    auditEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pass: components["schemas"]["Pass"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    dryRunEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pass: components["schemas"]["Pass"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    verifyReport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pass?: components["schemas"]["Pass"];
                        findings: components["schemas"]["NoteCount"][];
                        /** @description A writing pass began after it */
                        outdated: boolean;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    verifyEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    depth?: "counts" | "keys" | "content";
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pass: components["schemas"]["Pass"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    entryFailures: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        objects: number;
                        groups: components["schemas"]["FailureGroup"][];
                        /** @description Why the last writing pass as a whole failed or waits */
                        pass?: {
                            id: number;
                            status: string;
                            error: unknown;
                        };
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listFailedObjects: {
        parameters: {
            query: {
                /** @description `next` of the page before */
                after?: string;
                limit?: number;
                code: string;
                state: "failed" | "uncertain";
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** @description For compareObject */
                            noteId?: number;
                            folder?: string;
                            subject?: string;
                            reason: string;
                            /** @description Bytes */
                            size?: number;
                            /** @description Number of the pass within its entry */
                            pass: number;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            at?: string;
                        }[];
                        /** @description Absent on the last page */
                        next?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    entryLineage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: number;
                            sourceAddress: string;
                            targetAddress: string;
                            status: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            createdAt: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            archivedAt?: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listNotes: {
        parameters: {
            query?: {
                /** @description `next` of the page before */
                after?: string;
                limit?: number;
                /** @description Only this kind */
                kind?: "failure" | "uncertain" | "fidelity" | "skipped" | "suspect" | "gone";
                code?: string;
                /** @description Number of the pass within its entry */
                pass?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** @description failure, uncertain, fidelity, skipped, suspect, filtered */
                            kind: string;
                            pass: number;
                            folder?: string;
                            objectId?: string;
                            subject?: string;
                            code: string;
                            reason: string;
                            fix?: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            at: string;
                            id: number;
                            /** @description compareObject can show it side by side */
                            comparable: boolean;
                        }[];
                        /** @description Absent on the last page */
                        next?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    countNotes: {
        parameters: {
            query?: {
                kind?: "failure" | "uncertain" | "fidelity" | "skipped" | "suspect" | "gone";
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["NoteCount"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    compareObject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                note: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Of the body; default 4,096 */
                    bytes?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        code: string;
                        subject?: string;
                        source: components["schemas"]["ObjectVersion"];
                        target: components["schemas"]["ObjectVersion"];
                        /** @description Of the content when it was migrated, by the books */
                        migratedDigest?: string;
                        differentHeaders?: string[];
                        /** @description Offset of the first byte that differs, of those fetched; -1 where they are equal */
                        firstDifference?: number;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listSchedules: {
        parameters: {
            query?: {
                /** @description As in the user list; empty for the entries without a batch */
                batch?: string;
                /** @description Only those that are to come, or only the others */
                open?: "true" | "false";
                limit?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Schedule"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description As in the user list; empty for the entries without a batch */
                    batch: string;
                    /** @enum {string} */
                    kind: "initial" | "delta";
                    /**
                     * Format: date-time
                     * @description An instant, with its offset
                     */
                    runAt: string;
                    /** @description IANA name, such as Europe/Berlin */
                    zone: string;
                    /** @description Only for a delta */
                    everyHours?: number;
                    /**
                     * Format: date-time
                     * @description An instant, with its offset
                     */
                    until?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    cancelSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listScheduleRuns: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["BatchRun"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listCutover: {
        parameters: {
            query?: {
                /** @description Empty for the entries without a batch */
                batch?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["CutoverBatch"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    addCutoverLine: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Empty for the entries without a batch */
                    batch: string;
                    title: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CutoverBatch"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    changeCutoverLine: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Empty for the entries without a batch */
                    batch: string;
                    done?: boolean;
                    note?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CutoverBatch"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    removeCutoverLine: {
        parameters: {
            query: {
                /** @description Empty for the entries without a batch */
                batch: string;
            };
            header?: never;
            path: {
                id: number;
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CutoverBatch"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listChannels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["NotificationChannel"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createChannel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    kind: "webhook";
                    name: string;
                    topics: ("batch-done" | "failures" | "throttled" | "license-low" | "remigration-waiting")[];
                    /** @description https:// or http://; messages are signed as Standard Webhooks has it */
                    url: string;
                } | {
                    /** @enum {string} */
                    kind: "email";
                    name: string;
                    topics: ("batch-done" | "failures" | "throttled" | "license-low" | "remigration-waiting")[];
                    host: string;
                    /** @description 465, 587 or 25 unless told, by `security` */
                    port?: number;
                    /**
                     * @description `starttls` sends nothing where it isn’t offered; `none` is readable by all
                     * @enum {string}
                     */
                    security: "tls" | "starttls" | "none";
                    user?: string;
                    /** @description Stored sealed, and never shown again */
                    password?: string;
                    from: string;
                    to: string[];
                    /** @description Certificate of an authority of one’s own, PEM */
                    ca?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        channel: components["schemas"]["NotificationChannel"];
                        /** @description Of a webhook: verifies its signatures; shown this once */
                        secret?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    removeChannel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateChannel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    topics?: ("batch-done" | "failures" | "throttled" | "license-low" | "remigration-waiting")[];
                    enabled?: boolean;
                    /** @description https:// or http://; messages are signed as Standard Webhooks has it */
                    url?: string;
                    host?: string;
                    /** @description 465, 587 or 25 unless told, by `security` */
                    port?: number;
                    /**
                     * @description `starttls` sends nothing where it isn’t offered; `none` is readable by all
                     * @enum {string}
                     */
                    security?: "tls" | "starttls" | "none";
                    user?: string;
                    /** @description Stored sealed, and never shown again */
                    password?: string;
                    from?: string;
                    to?: string[];
                    /** @description Certificate of an authority of one’s own, PEM */
                    ca?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationChannel"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    renewChannelSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        channel: components["schemas"]["NotificationChannel"];
                        secret: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    testChannel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationDelivery"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description `next` of the page before */
                after?: string;
                limit?: number;
                channelId?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["NotificationDelivery"][];
                        /** @description Absent on the last page */
                        next?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationDelivery"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    retryDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationDelivery"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getNotificationRules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationRules"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateNotificationRules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Failed and uncertain together, of what a pass saw: 0.05 is 5 % */
                    failureShare?: number;
                    throttledMinutes?: number;
                    licenseLow?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationRules"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getPass: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pass"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    undoPass: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The entry’s target address, typed to confirm the plan; without it, the undo is planned */
                    targetAddress?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pass: components["schemas"]["Pass"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getDryRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRun"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listDryRunObjects: {
        parameters: {
            query?: {
                /** @description `next` of the page before */
                after?: string;
                limit?: number;
                /** @description Only these */
                verb?: "create" | "overwrite" | "rename" | "update" | "skip" | "refuse";
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["DryRunObject"][];
                        /** @description Absent on the last page */
                        next?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listPasses: {
        parameters: {
            query?: {
                /** @description `next` of the page before */
                after?: string;
                limit?: number;
                entryId?: number;
                projectId?: number;
                /** @description Only those that are queued, running or pending */
                live?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Pass"][];
                        /** @description Absent on the last page */
                        next?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    planRemigration: {
        parameters: {
            query?: {
                targetAddress?: string;
                /** @description Ask the systems too */
                live?: "true" | "false";
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RemigrationPlan"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    beginRemigration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    reason: "target content deleted" | "configuration changed" | "target changed" | "critical errors";
                    note?: string;
                    targetAddress?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Remigration"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listRemigrations: {
        parameters: {
            query?: {
                projectId?: number;
                entryId?: number;
                /** @description Only those that have not ended */
                open?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Remigration"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getRemigration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Remigration"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    chooseRemigrationBackup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    choice: "backup" | "refuse";
                    why?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Remigration"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    chooseRemigrationTarget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    choice: "empty" | "keep";
                    /** @enum {string} */
                    conflict?: "skip" | "overwrite" | "rename";
                    duplicatePrevention?: boolean;
                    why?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Remigration"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    confirmRemigrationEmptying: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    targetAddress: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Remigration"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    recreateRemigration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    tier?: "standard" | "trial";
                    targetAddress?: string;
                    settings?: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Remigration"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    startRemigration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Remigration"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    verifyRemigration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    skip?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Remigration"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    stopRemigrationPass: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Remigration"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    cancelRemigration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    why: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Remigration"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    beginBulkRemigration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    entryIds: number[];
                    pilotEntryId?: number;
                    /** @enum {string} */
                    reason: "target content deleted" | "configuration changed" | "target changed" | "critical errors";
                    note?: string;
                    /** @enum {string} */
                    backup: "backup" | "refuse";
                    /** @enum {string} */
                    target: "empty" | "keep";
                    /** @enum {string} */
                    conflict?: "skip" | "overwrite" | "rename";
                    /** @enum {string} */
                    tier?: "standard" | "trial";
                    /** @description To empty: the number of entries, typed */
                    confirmation?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkRemigration"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getBulkRemigration: {
        parameters: {
            query?: {
                /** @description How many of the others; default 200 */
                limit?: number;
            };
            header?: never;
            path: {
                bulkId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkRemigration"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    continueBulkRemigration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                bulkId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    go: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkRemigration"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    backUpTarget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        backup: components["schemas"]["Backup"];
                        pass: components["schemas"]["Pass"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listBackups: {
        parameters: {
            query?: {
                ofEntryId?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Backup"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    restoreBackup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    targetSystemId?: number;
                    targetAddress?: string;
                    targetCredentials?: components["schemas"]["CredentialsInput"];
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        entryId: number;
                        pass: components["schemas"]["Pass"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getBalances: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["LicenseBalance"][];
                        /** @description Licenses come from signed packs alone: grants are refused */
                        packsOnly: boolean;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    grantLicenses: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    type: "mail" | "file" | "site" | "team";
                    /**
                     * @default standard
                     * @enum {string}
                     */
                    tier?: "standard" | "trial";
                    quantity: number;
                    note?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LicenseBalance"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    importPack: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    pack: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LicenseBalance"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listLicenseEvents: {
        parameters: {
            query?: {
                /** @description `next` of the page before */
                after?: string;
                limit?: number;
                entryId?: number;
                kind?: "grant" | "assign" | "release" | "burn";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ListedLicenseEvent"][];
                        /** @description Absent on the last page */
                        next?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    exportLedger: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        format: "sterna-license-ledger/1";
                        organization: string;
                        exportedAt: string;
                        events: components["schemas"]["LicenseEvent"][];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    verifyLedger: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LedgerVerdict"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getOverview: {
        parameters: {
            query?: {
                projectId?: number;
                /** @description Of throughput */
                hours?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    forecastLicenses: {
        parameters: {
            query?: {
                projectId?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LicenseForecast"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    projectLinks: {
        parameters: {
            query?: {
                /** @description `next` of the page before */
                after?: string;
                limit?: number;
                /** @description Only this entry */
                entryId?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["EntryLinks"][];
                        /** @description Absent on the last page */
                        next?: string;
                        /**
                         * @description What passes that start now do
                         * @enum {string}
                         */
                        setting: "keep" | "rewrite";
                        /** @description Of the whole project */
                        total: {
                            found: number;
                            rewritten: number;
                        };
                        /** @description Live entries whose last pass ran with another setting than now */
                        behind: number;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listLinks: {
        parameters: {
            query?: {
                /** @description `next` of the page before */
                after?: string;
                limit?: number;
                /** @description Only this entry */
                entryId?: number;
                kind?: "message" | "event" | "contact" | "task" | "setting" | "member" | "file" | "listItem" | "page" | "post";
                state?: "rewritten" | "kept";
                reason?: "setting" | "not-migrated" | "several-copies" | "written" | "signed";
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Link"][];
                        /** @description Absent on the last page */
                        next?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    entryReport: {
        parameters: {
            query?: {
                /** @description Most notes */
                limit?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        entry: components["schemas"]["Entry"];
                        books: components["schemas"]["Books"];
                        balanced: boolean;
                        passes: components["schemas"]["Pass"][];
                        notes: components["schemas"]["Note"][];
                        /** @description There are more notes; the CSV has all */
                        truncated: boolean;
                        proof: components["schemas"]["ReportProof"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    entryReportCsv: {
        parameters: {
            query?: {
                what?: "notes" | "passes";
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One line per note, or per pass */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    projectReport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        project: {
                            id: number;
                            name: string;
                        };
                        books: components["schemas"]["Books"];
                        balanced: boolean;
                        entries: components["schemas"]["ReportEntry"][];
                        /** @description Checklist of each batch */
                        cutover: components["schemas"]["CutoverBatch"][];
                        proof: components["schemas"]["ReportProof"];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    reportSummary: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportSummary"];
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    reportEntries: {
        parameters: {
            query?: {
                /** @description `next` of the page before */
                after?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ReportEntry"][];
                        /** @description Absent on the last page */
                        next?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    reportFailures: {
        parameters: {
            query?: {
                /** @description `next` of the page before */
                after?: string;
                limit?: number;
                code?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** @description failure, uncertain, fidelity, skipped, suspect, filtered */
                            kind: string;
                            pass: number;
                            folder?: string;
                            objectId?: string;
                            subject?: string;
                            code: string;
                            reason: string;
                            fix?: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            at: string;
                            noteId: number;
                            entryId: number;
                            sourceAddress: string;
                            targetAddress: string;
                        }[];
                        /** @description Absent on the last page */
                        next?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    projectReportCsv: {
        parameters: {
            query?: {
                what?: "entries" | "failures";
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One line per entry, or per failed or uncertain object */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getReportKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: byte */
                        key: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description `next` of the page before */
                after?: string;
                limit?: number;
                subject?: string;
                action?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            seq: number;
                            actor: string;
                            action: string;
                            subject: string;
                            data?: unknown;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            at: string;
                        }[];
                        /** @description Absent on the last page */
                        next?: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    exportAudit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        format: "sterna-audit-trail/1";
                        organization: string;
                        exportedAt: string;
                        events: {
                            seq: number;
                            actor: string;
                            action: string;
                            subject: string;
                            data: unknown;
                            at: string;
                            prevHash: string;
                            hash: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    verifyAudit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        ok: true;
                        events: number;
                        head: string;
                    } | {
                        /** @enum {boolean} */
                        ok: false;
                        seq: number;
                        words: string;
                    };
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    events: {
        parameters: {
            query?: {
                projectId?: number;
                recent?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Live events (server-sent events) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Default Response */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
}
