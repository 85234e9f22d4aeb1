package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.MessagePolicy;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class CommandHelpTest {

    private final CommandLine command = BroadcastService.command();
    private final String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);

    @Test
    void listsEveryOptionOnce() {
        for (OptionSpec option : command.getCommandSpec().options()) {
            assertThat(help.lines().filter(line -> line.matches(" +" + option.longestName() + "(=.*| .*)?")))
                    .as(option.longestName()).hasSize(1);
        }
        assertThat(help).contains("[debug]");
    }

    @Test
    void tellsEveryDefault() {
        for (OptionSpec option : command.getCommandSpec().options()) {
            boolean hasOne = !option.usageHelp() && !option.versionHelp()
                    && !option.longestName().equals("--tls-password-file");
            String description = String.join(" ", option.description());
            assertThat(description.contains("(default: ")).as(option.longestName()).isEqualTo(hasOne);
        }
        assertThat(help.replaceAll("\\s+", " ")).contains("(default: 5000)", "(default: 8000)", "(default: 4096)",
                "(default: 8MiB)", "(default: 10s)", "(default: disconnect)", "(default: 25s)", "(default: 5s)",
                "(default: 75s)", "(default: X-Forwarded-For)", "(default: no bound)",
                "(default: " + MessagePolicy.DEFAULT_MAX_BYTES + ")");
    }

    @Test
    void fitsIntoItsWidth() {
        assertThat(help.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    }
}
