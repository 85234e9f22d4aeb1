package io.techops.broadcast.examples;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/*
 * An option that the command line does not have is taken from the environment, and if it is not there either, from the
 * file. These options are put before the arguments as if they had been given there, so that all values are read and
 * checked in one way.
 */

/** The options of the service from the command line, the environment and a file. Immutable once it was read. */
final class Configuration {

    private static final Logger LOG = LoggerFactory.getLogger(Configuration.class);
    private static final String PREFIX = "BROADCAST_";
    private static final Set<String> NEVER = Set.of("--help", "--version", ConfigOptions.PRINT);
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");

    /** Where a value comes from. */
    private record Origin(String heading, String name) {
    }

    private final CommandLine command;
    private final ParseResult given;
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, Origin> origins = new HashMap<>();
    private final List<String> unknown = new ArrayList<>();

    private Configuration(CommandLine command, ParseResult given) {
        this.command = command;
        this.given = given;
    }

    /**
     * {@return the options from all places}
     *
     * @param command has parsed {@code arguments}
     * @throws BadOption if the file cannot be read, or has a name that no option has, or a flag is neither true nor
     *         false
     */
    static Configuration read(CommandLine command, String[] arguments, Map<String, String> environment)
            throws BadOption {
        Configuration all = new Configuration(command, command.getParseResult());
        all.addEnvironment(environment);
        Path file = all.given.matchedOptionValue(ConfigOptions.FILE, null);
        String named = environment.getOrDefault(PREFIX + "CONFIG", "");
        if (file != null || !named.isEmpty()) {
            all.addFile(file != null ? file : Path.of(named));
        }
        all.arguments.addAll(List.of(arguments));
        return all;
    }

    private void addEnvironment(Map<String, String> environment) throws BadOption {
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            if (variable.getKey().startsWith(PREFIX) && !variable.getValue().isEmpty()) {
                String key = variable.getKey().substring(PREFIX.length());
                String option = "--" + key.toLowerCase(Locale.ROOT).replace('_', '-');
                if (!key.equals(key.toUpperCase(Locale.ROOT)) || isUnknown(option)) {
                    unknown.add(variable.getKey() + similar(option, " (perhaps %s)", Configuration::variableOf));
                } else {
                    add(option, variable.getValue(), new Origin("the environment", variable.getKey()));
                }
            }
        }
    }

    private void addFile(Path file) throws BadOption {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new BadOption(ConfigOptions.FILE, "must be a file of properties that can be read", file);
        }
        for (String key : new TreeMap<>(properties).keySet().stream().map(String.class::cast).toList()) {
            String option = "--" + key;
            if (isUnknown(option) || option.equals(ConfigOptions.FILE)) {
                throw new BadOption("unknown option " + key + " in " + file
                        + similar(option, ", perhaps %s", Configuration::keyOf)
                        + "; --help lists the options, which have no dashes there");
            }
            add(option, properties.getProperty(key), new Origin(file.toString(), key + " in " + file));
        }
    }

    private boolean isUnknown(String option) {
        return NEVER.contains(option) || command.getCommandSpec().findOption(option) == null;
    }

    private String similar(String option, String form, UnaryOperator<String> named) {
        List<String> similar = new UnmatchedArgumentException(command, List.of(option)).getSuggestions();
        return similar.isEmpty() ? "" : form.formatted(named.apply(similar.get(0)));
    }

    private static String variableOf(String option) {
        return PREFIX + keyOf(option).toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static String keyOf(String option) {
        return option.substring(2);
    }

    private void add(String name, String value, Origin origin) throws BadOption {
        OptionSpec option = command.getCommandSpec().findOption(name);
        if (given.hasMatchedOption(option) || origins.putIfAbsent(name, origin) != null) {
            return;
        }
        if (option.typeInfo().isBoolean()) {
            if (!value.equals("true") && !value.equals("false")) {
                throw new BadOption(origin.name(), "must be true or false", value);
            }
            arguments.add(name + "=" + value);
            return;
        }
        for (String each : option.isMultiValue() ? value.split("\\s*,\\s*", -1) : new String[] {value}) {
            arguments.add(name + "=" + each);
        }
    }

    /** {@return the options that were found elsewhere, followed by the arguments of the command line} */
    String[] arguments() {
        return arguments.toArray(String[]::new);
    }

    /**
     * Logs one warning that names the environment variables that no option has, if there are any. They are not an
     * error: other programs set variables with the same prefix, for example Kubernetes for a Service named {@code
     * broadcast}.
     */
    void warn() {
        if (!unknown.isEmpty()) {
            LOG.warn("Environment variables that name no option are ignored: {}; --help lists the options",
                    String.join(", ", unknown));
        }
    }

    /** {@return a line about options, each with the name that it has where it was given} */
    String named(String line) {
        return OPTION.matcher(line).replaceAll(found -> {
            Origin origin = origins.get(found.group());
            return Matcher.quoteReplacement(origin == null ? found.group() : origin.name());
        });
    }

    /**
     * {@return all options as a properties file, grouped by where they were given} Defaults are comments, because some
     * options must not be given together, even with their defaults. Values that may be secret are left out.
     *
     * @param parsed all options, read
     */
    String print(ParseResult parsed) {
        StringBuilder text = new StringBuilder();
        Map<String, List<OptionSpec>> places = parsed.commandSpec().options().stream()
                .filter(option -> !NEVER.contains(option.longestName())
                        && !option.longestName().equals(ConfigOptions.FILE))
                .collect(Collectors.groupingBy(option -> place(option, parsed)));
        Stream.concat(Stream.of("the command line", "the environment"), places.keySet().stream().sorted()).distinct()
                .filter(places::containsKey).forEach(place -> {
                    text.append(text.isEmpty() ? "" : "\n").append("# from ").append(place).append('\n');
                    places.get(place).forEach(option -> line(text, option, parsed));
                });
        return text.toString();
    }

    private String place(OptionSpec option, ParseResult parsed) {
        Origin origin = origins.get(option.longestName());
        return origin != null ? origin.heading()
                : parsed.hasMatchedOption(option) ? "the command line" : "the defaults";
    }

    private static void line(StringBuilder text, OptionSpec option, ParseResult parsed) {
        boolean isSet = parsed.hasMatchedOption(option);
        String value = isSet ? value(parsed.matchedOption(option.longestName()))
                : option.typeInfo().isBoolean() ? "false" : option.defaultValue();
        text.append(isSet ? "" : "#").append(keyOf(option.longestName())).append('=')
                .append(value == null ? "" : value.replace("\\", "\\\\")).append('\n');
    }

    private static String value(OptionSpec option) {
        if (option.typeInfo().isBoolean()) {
            return String.valueOf(option.<@Nullable Object>getValue());
        }
        return option.originalStringValues().stream().map(Configuration::masked).collect(Collectors.joining(","));
    }

    /** {@return a value without the user and the password that a URI may have} */
    private static String masked(String value) {
        return value.replaceFirst("://.*@", "://***@");
    }
}
