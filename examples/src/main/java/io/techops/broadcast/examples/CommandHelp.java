package io.techops.broadcast.examples;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The options in {@code --help}, in groups. */
final class CommandHelp {

    private static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();

    static {
        GROUPS.put("Where it listens", List.of("--host", "--port", "--path", "--allow-origin", "--tls-keystore",
                "--tls-password-file", "--tls-certificate", "--tls-key"));
        GROUPS.put("The page", List.of("--web-port", "--web-root", "--no-web", "--page-idle-timeout",
                "--no-peer-count"));
        GROUPS.put("Messages", List.of("--max-message-bytes", "--relay-binary", "--exclude-sender",
                "--compression"));
        GROUPS.put("Over HTTP", List.of("--sse"));
        GROUPS.put("Who may do what", List.of("--token-file", "--publish-token-file", "--listen-only", "--refuse-by"));
        GROUPS.put("Topics", List.of("--topics", "--max-topics", "--topic-idle-timeout"));
        GROUPS.put("Slow peers", List.of("--retention-messages", "--retention-bytes", "--overflow", "--stall-timeout"));
        GROUPS.put("The past", List.of("--replay", "--no-resume", "--conflate"));
        GROUPS.put("The open internet", List.of("--handshake-timeout", "--max-peers", "--max-peers-per-address",
                "--trusted-proxy", "--client-address-header", "--max-rate", "--heartbeat", "--drain"));
        GROUPS.put("Many nodes", List.of("--redis", "--redis-prefix", "--node-name"));
        GROUPS.put("Running it", List.of("--config", "--print-config", "--health-port", "--drain-delay", "--debug",
                "--log-file", "--log-format", "--pid-file", "--help", "--version"));
    }

    private CommandHelp() {
    }

    static void install(CommandLine command) {
        command.setUsageHelpWidth(100);
        command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, CommandHelp::groups);
    }

    private static String groups(Help help) {
        List<OptionSpec> all = help.commandSpec().options();
        StringBuilder text = new StringBuilder();
        GROUPS.forEach((heading, names) -> {
            Help.Layout layout = help.createDefaultLayout(all, List.of(), help.colorScheme());
            for (String name : names) {
                layout.addOption(help.commandSpec().findOption(name), help.createDefaultParamLabelRenderer());
            }
            text.append(String.format("%n%s:%n", heading)).append(layout);
        });
        return text.toString();
    }
}
