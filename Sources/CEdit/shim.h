#ifndef BATON_CEDIT_SHIM_H
#define BATON_CEDIT_SHIM_H

#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

/* el_set, el_get and history are variadic, which Swift does not call; stdin and stdout are global variables,
   which Swift 6 does not read. One inline function for each use, and nothing else. */

typedef char *(*baton_edit_prompt)(EditLine *);
typedef int (*baton_edit_read)(EditLine *, wchar_t *);
typedef unsigned char (*baton_edit_command)(EditLine *, int);

static inline EditLine *baton_edit_open(const char *program) {
    setlocale(LC_CTYPE, "");
    /* Where the locale says ASCII, people still type names with accents. */
    if (MB_CUR_MAX == 1) setlocale(LC_CTYPE, "C.UTF-8");
    return el_init(program, stdin, stdout, stderr);
}

static inline int baton_edit_set_client(EditLine *edit, void *client) {
    return el_set(edit, EL_CLIENTDATA, client);
}

static inline void *baton_edit_client(EditLine *edit) {
    void *client = NULL;
    el_get(edit, EL_CLIENTDATA, &client);
    return client;
}

static inline int baton_edit_set_prompt(EditLine *edit, baton_edit_prompt prompt) {
    return el_set(edit, EL_PROMPT, prompt);
}

static inline int baton_edit_set_read(EditLine *edit, baton_edit_read read) {
    return el_set(edit, EL_GETCFN, read);
}

static inline int baton_edit_add(EditLine *edit, const char *name, const char *help, baton_edit_command command) {
    return el_set(edit, EL_ADDFN, name, help, command);
}

static inline int baton_edit_bind(EditLine *edit, const char *key, const char *command) {
    return el_set(edit, EL_BIND, key, command, NULL);
}

static inline int baton_edit_use_emacs(EditLine *edit) {
    return el_set(edit, EL_EDITOR, "emacs");
}

/* Ctrl-C is a key while a line is edited: it empties the line instead of ending the program. */
static inline int baton_edit_keep_interrupt(EditLine *edit) {
    return el_set(edit, EL_SETTY, "-d", "-isig", NULL);
}

/* Draws prompt and line again, after something else was printed. */
static inline int baton_edit_refresh(EditLine *edit) {
    return el_set(edit, EL_REFRESH);
}

static inline int baton_edit_set_history(EditLine *edit, History *entries) {
    return el_set(edit, EL_HIST, history, entries);
}

static inline int baton_history_limit(History *entries, int count) {
    HistEvent event;
    return history(entries, &event, H_SETSIZE, count);
}

static inline int baton_history_add(History *entries, const char *line) {
    HistEvent event;
    return history(entries, &event, H_ENTER, line);
}

static inline int baton_edit_is_empty(EditLine *edit) {
    const LineInfo *line = el_line(edit);
    return line->lastchar == line->buffer;
}

static inline int baton_terminal_columns(void) {
    struct winsize size;
    memset(&size, 0, sizeof size);
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_col;
}

/* Rows of the terminal on standard output; 0 where it is none. */
static inline int baton_terminal_rows(void) {
    struct winsize size;
    memset(&size, 0, sizeof size);
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_row;
}

#endif
