import java.io.File;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.pdfbox.preflight.PreflightDocument;
import org.apache.pdfbox.preflight.ValidationResult;
import org.apache.pdfbox.preflight.exception.SyntaxValidationException;
import org.apache.pdfbox.preflight.parser.PreflightParser;

/** Judges files as PDF/A-1b: for each, lines "error", tab, what is wrong; then the line "end". */
public class Preflight {
    public static void main(String[] paths) throws Exception {
        Logger.getLogger("").setLevel(Level.OFF);
        for (String path : paths) {
            for (ValidationResult.ValidationError error : judge(new File(path))) {
                String details = String.valueOf(error.getDetails()).replaceAll("\\s+", " ");
                System.out.println("error\t" + error.getErrorCode() + " " + details);
            }
            System.out.println("end");
        }
    }

    private static List<ValidationResult.ValidationError> judge(File file) throws Exception {
        PreflightParser parser = new PreflightParser(file);
        try {
            parser.parse();
            try (PreflightDocument document = parser.getPreflightDocument()) {
                document.validate();
                return document.getResult().getErrorsList();
            }
        } catch (SyntaxValidationException refused) {
            return refused.getResult().getErrorsList();
        }
    }
}
