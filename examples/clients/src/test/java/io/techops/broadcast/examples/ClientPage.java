package io.techops.broadcast.examples;

import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.Browser;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.Pages;

/** A page that has {@code broadcast.js} and keeps what it reports. */
final class ClientPage {

    private static final String FOLDER = "io/techops/broadcast/examples/client";

    private ClientPage() {
    }

    /** {@return the settings of a server on {@code port}, 0 for any, that serves the page on a port of its own} */
    static BroadcastServer.Builder server(int port) {
        return BroadcastServer.builder()
                .host("127.0.0.1")
                .port(port)
                .pages(Pages.resources(ClientPage.class.getClassLoader(), FOLDER))
                .pagePort(0);
    }

    /** Opens the page and waits until its scripts have run. */
    static Browser.Tab open(SharedBrowser browser, BroadcastServer pages, String query) {
        Browser.Tab tab = browser.open(pages.pageUri().resolve(query));
        await().atMost(TestRun.LIMIT).until(() -> tab.value("window.ready === true").asBoolean());
        return tab;
    }
}
