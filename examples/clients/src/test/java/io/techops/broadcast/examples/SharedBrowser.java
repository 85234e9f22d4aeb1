package io.techops.broadcast.examples;

import io.techops.broadcast.testing.Browser;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One browser for all tests of a class, which starts with the first one; where there is none, each of them says so. A
 * test leaves no tab: those that it has opened are closed right behind it, before its server is.
 */
final class SharedBrowser implements BeforeEachCallback, AfterTestExecutionCallback, AfterAllCallback {

    private @Nullable Browser browser;

    /** Opens a page in a tab of its own. */
    Browser.Tab open(URI page) {
        return open(page, "");
    }

    /** Opens a page in a tab of its own, where a script runs before the page's own ones. */
    Browser.Tab open(URI page, String script) {
        return Objects.requireNonNull(browser, "it starts with the first test").open(page, script);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (browser == null) {
            browser = Browser.start();
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (browser != null) {
            browser.closeTabs();
        }
    }

    /** Called for nested classes, too, which share the browser of the one that they stand in. */
    @Override
    public void afterAll(ExtensionContext context) {
        if (browser != null && !context.getRequiredTestClass().isMemberClass()) {
            browser.close();
            browser = null;
        }
    }
}
