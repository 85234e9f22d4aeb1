package io.techops.broadcast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For test classes whose tests log no warnings: a test that logs one fails, unless it catches the warning with its own
 * {@link LogCatch}.
 */
public final class QuietLog implements BeforeEachCallback, AfterEachCallback {

    private LogCatch log;

    /** For JUnit. */
    public QuietLog() {
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        log = new LogCatch();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        log.close();
        assertThat(log.warnings()).as("warnings").isEmpty();
    }
}
