package io.techops.broadcast.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.techops.broadcast.testing.Browser;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.util.ArrayList;
import java.util.List;

/** {@code broadcast.js} in a tab, with a WebSocket and timers that scripts of a test drive. */
record ScriptedClient(Browser.Tab tab) {

    static ScriptedClient open(SharedBrowser browser, BroadcastServer pages) {
        return new ScriptedClient(ClientPage.open(browser, pages, "?scripted"));
    }

    /** {@return what the script returns, which may await} */
    JsonNode run(String script) {
        return tab.value("(async () => {" + script + "})()");
    }

    /** {@return the elements of the list that the script returns, each as it is, or as JSON} */
    List<String> lines(String script) {
        List<String> lines = new ArrayList<>();
        run(script).forEach(line -> lines.add(line.isTextual() ? line.asText() : line.toString()));
        return lines;
    }
}
