package io.techops.broadcast.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.techops.broadcast.testing.Browser;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * {@code broadcast.js} in a new tab for each test, with a WebSocket and timers that scripts of the test drive. The
 * tests of a class share a browser and the server of the page.
 */
final class ScriptedClient implements BeforeEachCallback, AfterTestExecutionCallback, AfterAllCallback {

    private final SharedBrowser browser = new SharedBrowser();
    private @Nullable BroadcastServer pages;
    private Browser.@Nullable Tab tab;

    /** {@return what the script returns, which may await} */
    JsonNode run(String script) {
        return Objects.requireNonNull(tab, "opened before each test").value("(async () => {" + script + "})()");
    }

    /** {@return the elements of the list that the script returns, each as it is, or as JSON} */
    List<String> lines(String script) {
        List<String> lines = new ArrayList<>();
        run(script).forEach(line -> lines.add(line.isTextual() ? line.asText() : line.toString()));
        return lines;
    }

    /** {@return the port of the page} */
    int pagePort() {
        return Objects.requireNonNull(pages, "started with the first test").pagePort();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        browser.beforeEach(context);
        if (pages == null) {
            pages = ClientPage.server(0).start();
        }
        tab = ClientPage.open(browser, pages, "?scripted");
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        browser.afterTestExecution(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        browser.afterAll(context);
        if (pages != null) {
            pages.close();
            pages = null;
        }
    }
}
