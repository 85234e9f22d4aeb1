package io.techops.broadcast.examples;

import java.util.List;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Puts what picocli found wrong into one line: the option, what is allowed, and what was given. */
final class BadCommandLine {

    private BadCommandLine() {
    }

    static String line(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched);
        }
        if (e instanceof OverwrittenOptionException twice) {
            return name(twice.getOverwritten()) + " must not be given more than once";
        }
        ArgSpec argument = e.getArgSpec();
        if (e instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
            ArgSpec first = missing.getMissing().get(0);
            return name(first) + " " + rule(first) + ": nothing was given";
        }
        if (e.getCause() instanceof TypeConversionException && argument != null) {
            return name(argument) + " " + rule(argument) + ": " + e.getValue();
        }
        return e.getMessage().lines().findFirst().orElse("the options could not be read");
    }

    private static String unmatched(UnmatchedArgumentException e) {
        String first = e.getUnmatched().get(0);
        List<String> similar = e.isUnknownOption() ? e.getSuggestions() : List.of();
        return "unknown option " + first + (similar.isEmpty() ? "" : ", perhaps " + similar.get(0))
                + "; --help lists what is allowed";
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : "the argument";
    }

    private static String rule(ArgSpec argument) {
        if (argument.converters().length > 0 && argument.converters()[0] instanceof Value<?> value) {
            return value.rule();
        }
        return argument.typeInfo().isBoolean() ? "must have no value" : "must have a value, " + argument.paramLabel();
    }
}
