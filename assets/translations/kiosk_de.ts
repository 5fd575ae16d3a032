<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
  <context>
    <name>door</name>
    <message>
      <source>Look at the camera</source>
      <translation>Schauen Sie in die Kamera</translation>
    </message>
    <message>
      <source>One at a time, please</source>
      <translation>Bitte einzeln eintreten</translation>
    </message>
    <message>
      <source>Come a little closer</source>
      <translation>Kommen Sie etwas näher</translation>
    </message>
    <message>
      <source>More light, please</source>
      <translation>Bitte mehr Licht</translation>
    </message>
    <message>
      <source>Turn away from the bright light</source>
      <translation>Bitte weg vom hellen Licht</translation>
    </message>
    <message>
      <source>Hold still for a moment</source>
      <translation>Bitte kurz stillhalten</translation>
    </message>
    <message>
      <source>Look straight at the camera</source>
      <translation>Bitte gerade in die Kamera sehen</translation>
    </message>
    <message>
      <source>Pictures do not open this door</source>
      <translation>Bilder öffnen diese Tür nicht</translation>
    </message>
    <message>
      <source>Please ring the bell or ask at the reception.</source>
      <translation>Bitte klingeln Sie oder fragen Sie am Empfang.</translation>
    </message>
    <message>
      <source>That was not clear enough. Take off hat or glasses and look straight at the camera.</source>
      <translation>Das war nicht eindeutig. Bitte ohne Hut und Brille gerade in die Kamera sehen.</translation>
    </message>
    <message>
      <source>Please ask at the reception.</source>
      <translation>Bitte fragen Sie am Empfang.</translation>
    </message>
    <message>
      <source>Please ask at the reception: your access has not begun yet.</source>
      <translation>Bitte fragen Sie am Empfang: Ihr Zutritt hat noch nicht begonnen.</translation>
    </message>
    <message>
      <source>Please ask at the reception: your access has ended.</source>
      <translation>Bitte fragen Sie am Empfang: Ihr Zutritt ist abgelaufen.</translation>
    </message>
    <message>
      <source>The door stays locked. {sentence}</source>
      <translation>Die Tür bleibt verriegelt. {sentence}</translation>
    </message>
    <message>
      <source>Demo</source>
      <translation>Demo</translation>
    </message>
    <message>
      <source>Demo: no camera was found.</source>
      <translation>Demo: Es wurde keine Kamera gefunden.</translation>
    </message>
    <message>
      <source>State of the door</source>
      <translation>Zustand der Tür</translation>
    </message>
    <message>
      <source>Progress</source>
      <translation>Fortschritt</translation>
    </message>
    <message>
      <source>Camera picture</source>
      <translation>Kamerabild</translation>
    </message>
    <message>
      <source>No picture</source>
      <translation>Kein Bild</translation>
    </message>
    <message>
      <source>No access</source>
      <translation>Kein Zutritt</translation>
    </message>
    <message>
      <source>Not recognised</source>
      <translation>Nicht erkannt</translation>
    </message>
    <message>
      <source>Loading the face recognition</source>
      <translation>Die Gesichtserkennung wird geladen</translation>
    </message>
    <message>
      <source>Reading the pictures of the gallery</source>
      <translation>Die Bilder der Sammlung werden gelesen</translation>
    </message>
    <message>
      <source>The door did not open.</source>
      <translation>Die Tür hat sich nicht geöffnet.</translation>
    </message>
    <message>
      <source>Welcome, please come in</source>
      <translation>Willkommen, bitte treten Sie ein</translation>
    </message>
    <message>
      <source>Unlocked for {seconds} s</source>
      <translation>Noch {seconds} s entriegelt</translation>
    </message>
    <message>
      <source>Starting</source>
      <translation>Startet</translation>
    </message>
    <message>
      <source>Changing the recognition</source>
      <translation>Erkennung wird gewechselt</translation>
    </message>
    <message>
      <source>One moment, please.</source>
      <translation>Einen Moment, bitte.</translation>
    </message>
    <message>
      <source>{what}: {done} of {total}</source>
      <translation>{what}: {done} von {total}</translation>
    </message>
    <message>
      <source>The recognition does not answer</source>
      <translation>Die Erkennung antwortet nicht</translation>
    </message>
    <message>
      <source>Nobody is enrolled</source>
      <translation>Niemand ist erfasst</translation>
    </message>
    <message>
      <source>The camera is being opened.</source>
      <translation>Die Kamera wird geöffnet.</translation>
    </message>
    <message>
      <source>The recording has ended.</source>
      <translation>Die Aufzeichnung ist zu Ende.</translation>
    </message>
    <message>
      <source>No more pictures</source>
      <translation>Keine Bilder mehr</translation>
    </message>
    <message>
      <source>It is being opened again.</source>
      <translation>Sie wird erneut geöffnet.</translation>
    </message>
    <message>
      <source>Camera lost</source>
      <translation>Kamera verloren</translation>
    </message>
    <message>
      <source>No access at present</source>
      <translation>Zurzeit kein Zutritt</translation>
    </message>
    <message>
      <source>To open it again, step aside and come back.</source>
      <translation>Um sie wieder zu öffnen, treten Sie zur Seite und kommen Sie zurück.</translation>
    </message>
    <message>
      <source>Please look at the camera. The door is locked.</source>
      <translation>Bitte schauen Sie in die Kamera. Die Tür ist verriegelt.</translation>
    </message>
    <message>
      <source>One moment</source>
      <translation>Einen Moment</translation>
    </message>
    <message>
      <source>The door is locked.</source>
      <translation>Die Tür ist verriegelt.</translation>
    </message>
    <message>
      <source>Locked</source>
      <translation>Verriegelt</translation>
    </message>
    <message>
      <source>Look at the camera to come in.</source>
      <translation>Schauen Sie zum Eintreten in die Kamera.</translation>
    </message>
    <message>
      <source>Out of order</source>
      <translation>Außer Betrieb</translation>
    </message>
    <message>
      <source>Press F2 or the badge in the corner to enrol somebody</source>
      <translation>Drücken Sie F2 oder den Ausweis in der Ecke, um jemanden zu erfassen</translation>
    </message>
    <message numerus="yes">
      <source>%n pictures could not be used; kiosk people says why</source>
      <translation>
        <numerusform>Ein Bild war unbrauchbar; kiosk people nennt den Grund</numerusform>
        <numerusform>%n Bilder waren unbrauchbar; kiosk people nennt die Gründe</numerusform>
      </translation>
    </message>
    <message>
      <source>({number} of {total})  {message}</source>
      <translation>({number} von {total})  {message}</translation>
    </message>
    <message>
      <source>The door stays locked until the kiosk is started again.</source>
      <translation>Die Tür bleibt verriegelt, bis der Kiosk wieder gestartet wird.</translation>
    </message>
    <message>
      <source>End the kiosk?</source>
      <translation>Kiosk beenden?</translation>
    </message>
    <message>
      <source>End</source>
      <translation>Beenden</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>So nobody can leave full screen or end the kiosk here. To end it, sign in to this machine in another session and run systemctl stop with the name of the kiosk's service, or kill {process}.</source>
      <translation>Deshalb kann hier niemand den Vollbildmodus verlassen oder den Kiosk beenden. Zum Beenden melden Sie sich in einer anderen Sitzung an diesem Rechner an und geben systemctl stop mit dem Namen des Kiosk-Dienstes ein, oder kill {process}.</translation>
    </message>
    <message>
      <source>PINs cannot be checked</source>
      <translation>PINs können nicht geprüft werden</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>Schließen</translation>
    </message>
    <message>
      <source>Installer's PIN to end the kiosk</source>
      <translation>PIN der Technik zum Beenden des Kiosks</translation>
    </message>
    <message>
      <source>Installer's PIN to leave full screen</source>
      <translation>PIN der Technik zum Verlassen des Vollbildmodus</translation>
    </message>
    <message>
      <source>Staff side (F2)</source>
      <translation>Personalbereich (F2)</translation>
    </message>
    <message>
      <source>Kiosk</source>
      <translation>Kiosk</translation>
    </message>
    <message>
      <source>Time</source>
      <translation>Uhrzeit</translation>
    </message>
    <message>
      <source>Date</source>
      <translation>Datum</translation>
    </message>
    <message>
      <source>Messages for the staff</source>
      <translation>Meldungen für das Personal</translation>
    </message>
    <message>
      <source>For more than 50 people, first: `encoder: sface_fp16` in config.yaml</source>
      <translation>Für mehr als 50 Personen zuerst: `encoder: sface_fp16` in config.yaml</translation>
    </message>
    <message>
      <source>The new configuration is in force.</source>
      <translation>Die neue Konfiguration gilt.</translation>
    </message>
    <message>
      <source>The new configuration is in force; {options} at the next start.</source>
      <translation>Die neue Konfiguration gilt; {options} ab dem nächsten Start.</translation>
    </message>
    <message>
      <source>Recognition is slow: {k} frames take {seconds} s</source>
      <translation>Die Erkennung ist langsam: {k} Bilder dauern {seconds} s</translation>
    </message>
    <message>
      <source>use a faster camera, close other programs, or move pictures of faces out of its view</source>
      <translation>eine schnellere Kamera verwenden, andere Programme schließen oder Bilder von Gesichtern aus ihrem Blickfeld nehmen</translation>
    </message>
    <message>
      <source>The gallery has changed and is in force.</source>
      <translation>Die geänderte Bildersammlung gilt.</translation>
    </message>
  </context>
  <context>
    <name>enrolment</name>
    <message>
      <source>Back</source>
      <translation>Zurück</translation>
    </message>
    <message>
      <source>From files</source>
      <translation>Aus Dateien</translation>
    </message>
    <message>
      <source>Picture {number} of {total}</source>
      <translation>Bild {number} von {total}</translation>
    </message>
    <message>
      <source>Camera picture</source>
      <translation>Kamerabild</translation>
    </message>
    <message>
      <source>Take the pictures again</source>
      <translation>Bilder neu aufnehmen</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>Speichern</translation>
    </message>
    <message>
      <source>The pictures are being checked …</source>
      <translation>Die Bilder werden geprüft …</translation>
    </message>
    <message>
      <source>This person is already enrolled under another name.</source>
      <translation>Diese Person ist bereits unter einem anderen Namen erfasst.</translation>
    </message>
    <message>
      <source>Not all pictures look like one person: see picture {numbers}.</source>
      <translation>Nicht alle Bilder scheinen dieselbe Person zu zeigen: siehe Bild {numbers}.</translation>
    </message>
    <message>
      <source>None of the pictures can be used.</source>
      <translation>Keines der Bilder ist brauchbar.</translation>
    </message>
    <message numerus="yes">
      <source>%n pictures of {name} can be saved.</source>
      <translation>
        <numerusform>Ein Bild von {name} kann gespeichert werden.</numerusform>
        <numerusform>%n Bilder von {name} können gespeichert werden.</numerusform>
      </translation>
    </message>
    <message>
      <source>Looks like a different person</source>
      <translation>Sieht nach einer anderen Person aus</translation>
    </message>
    <message>
      <source>Is there already</source>
      <translation>Schon vorhanden</translation>
    </message>
    <message>
      <source>Good</source>
      <translation>Gut</translation>
    </message>
    <message>
      <source>Add the pictures to that person</source>
      <translation>Bilder dieser Person hinzufügen</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>These pictures show {name}. If it is the same person, add the pictures there. If it is somebody else, cancel and ask whoever looks after this kiosk: the door could not tell the two apart.</source>
      <translation>Diese Bilder zeigen {name}. Ist es dieselbe Person, fügen Sie die Bilder dort hinzu. Ist es jemand anderes, brechen Sie ab und fragen Sie, wer diesen Kiosk betreut: Die Tür könnte die beiden nicht unterscheiden.</translation>
    </message>
    <message>
      <source>Looks much like {name}: the door may sometimes know neither of them. More pictures of both make that rarer. You can save all the same.</source>
      <translation>Sieht {name} sehr ähnlich: Die Tür erkennt manchmal vielleicht keine der beiden Personen. Mit mehr Bildern von beiden wird das seltener. Sie können trotzdem speichern.</translation>
    </message>
    <message>
      <source>Take more pictures</source>
      <translation>Mehr Bilder aufnehmen</translation>
    </message>
    <message>
      <source>The pictures could not be checked.</source>
      <translation>Die Bilder konnten nicht geprüft werden.</translation>
    </message>
    <message>
      <source>Picture {number}</source>
      <translation>Bild {number}</translation>
    </message>
    <message>
      <source>Again</source>
      <comment>take the picture again</comment>
      <translation>Neu</translation>
    </message>
    <message>
      <source>Leave out</source>
      <translation>Weglassen</translation>
    </message>
    <message>
      <source>What the person agrees to</source>
      <translation>Worin die Person einwilligt</translation>
    </message>
    <message>
      <source>Please read to the end before you agree.</source>
      <translation>Bitte lesen Sie bis zum Ende, bevor Sie einwilligen.</translation>
    </message>
    <message>
      <source>I do not agree</source>
      <translation>Ich willige nicht ein</translation>
    </message>
    <message>
      <source>I agree</source>
      <translation>Ich willige ein</translation>
    </message>
    <message>
      <source>{name}, please read this and decide.</source>
      <translation>{name}, bitte lesen Sie dies und entscheiden Sie.</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>Name</translation>
    </message>
    <message>
      <source>As the person is to be greeted.</source>
      <translation>So, wie die Person begrüßt werden soll.</translation>
    </message>
    <message>
      <source>More about the person</source>
      <translation>Mehr zur Person</translation>
    </message>
    <message>
      <source>Next</source>
      <translation>Weiter</translation>
    </message>
    <message>
      <source>Less about the person</source>
      <translation>Weniger zur Person</translation>
    </message>
    <message>
      <source>Please type the name.</source>
      <translation>Bitte geben Sie den Namen ein.</translation>
    </message>
    <message>
      <source>The name {fault}. Please type another.</source>
      <translation>Der Name {fault}. Bitte einen anderen eingeben.</translation>
    </message>
    <message>
      <source>Add pictures</source>
      <translation>Bilder hinzufügen</translation>
    </message>
    <message>
      <source>Choose another name</source>
      <translation>Anderen Namen wählen</translation>
    </message>
    <message>
      <source>Is it the same person? Then new pictures are added. If not, choose another name.</source>
      <translation>Ist es dieselbe Person? Dann werden neue Bilder hinzugefügt. Wenn nicht, wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
      <source>{name} is already enrolled.</source>
      <translation>{name} ist bereits erfasst.</translation>
    </message>
    <message>
      <source>Name on the screen</source>
      <translation>Name auf dem Bildschirm</translation>
    </message>
    <message>
      <source>Name as it is spoken</source>
      <translation>Name, wie er gesprochen wird</translation>
    </message>
    <message>
      <source>Staff number</source>
      <translation>Personalnummer</translation>
    </message>
    <message>
      <source>Card number</source>
      <translation>Kartennummer</translation>
    </message>
    <message>
      <source>E-mail</source>
      <translation>E-Mail</translation>
    </message>
    <message>
      <source>Group</source>
      <translation>Gruppe</translation>
    </message>
    <message>
      <source>Such as {date}; empty = no limit.</source>
      <translation>Zum Beispiel {date}; leer = unbegrenzt.</translation>
    </message>
    <message>
      <source>Valid from</source>
      <translation>Gültig ab</translation>
    </message>
    <message>
      <source>Valid until</source>
      <translation>Gültig bis</translation>
    </message>
    <message>
      <source>Hear it</source>
      <translation>Anhören</translation>
    </message>
    <message>
      <source>Type how the name is spoken, then listen.</source>
      <translation>Geben Sie ein, wie der Name gesprochen wird, und hören Sie ihn an.</translation>
    </message>
    <message>
      <source>This is no day of the calendar.</source>
      <translation>Diesen Tag gibt es im Kalender nicht.</translation>
    </message>
    <message>
      <source>This cannot be used. Please check it, or leave it empty.</source>
      <translation>Das ist so nicht möglich. Bitte prüfen Sie es, oder lassen Sie es leer.</translation>
    </message>
    <message>
      <source>The last day is before the first one.</source>
      <translation>Der letzte Tag liegt vor dem ersten.</translation>
    </message>
    <message>
      <source>Only where it differs.</source>
      <translation>Nur wenn er abweicht.</translation>
    </message>
    <message>
      <source>Nothing was kept.</source>
      <translation>Es wurde nichts behalten.</translation>
    </message>
    <message numerus="yes">
      <source>%n pictures will be used after the consent.</source>
      <translation>
        <numerusform>Nach der Einwilligung wird ein Bild verwendet.</numerusform>
        <numerusform>Nach der Einwilligung werden %n Bilder verwendet.</numerusform>
      </translation>
    </message>
    <message>
      <source>{name} has agreed to this text before.</source>
      <translation>{name} hat in diesen Text bereits eingewilligt.</translation>
    </message>
    <message>
      <source>Consent</source>
      <translation>Einwilligung</translation>
    </message>
    <message>
      <source>Pictures</source>
      <translation>Bilder</translation>
    </message>
    <message>
      <source>Check</source>
      <translation>Prüfung</translation>
    </message>
    <message>
      <source>Test</source>
      <translation>Test</translation>
    </message>
    <message>
      <source>Step {number} of {total}: {name}</source>
      <translation>Schritt {number} von {total}: {name}</translation>
    </message>
    <message>
      <source>Picture {number}: not taken yet</source>
      <translation>Bild {number}: noch nicht aufgenommen</translation>
    </message>
    <message>
      <source>Picture {number}: taken. Press to take it again.</source>
      <translation>Bild {number}: aufgenommen. Drücken, um es neu aufzunehmen.</translation>
    </message>
    <message>
      <source>Recognised, but the door stays locked. {reason}</source>
      <translation>Erkannt, aber die Tür bleibt verriegelt. {reason}</translation>
    </message>
    <message>
      <source>Recognised. The door opens.</source>
      <translation>Erkannt. Die Tür öffnet sich.</translation>
    </message>
    <message>
      <source>Step in front of the camera</source>
      <translation>Treten Sie vor die Kamera</translation>
    </message>
    <message>
      <source>Hold still for a moment</source>
      <translation>Bitte kurz stillhalten</translation>
    </message>
    <message>
      <source>Recognising …</source>
      <translation>Wird erkannt …</translation>
    </message>
    <message>
      <source>Not recognised as {name}. Is it the right person?</source>
      <translation>Nicht als {name} erkannt. Ist es die richtige Person?</translation>
    </message>
    <message>
      <source>Not near enough: distance {distance:.2f}, at most {threshold:.2f} is needed. Come closer, look straight at the camera; if it stays so, add more pictures.</source>
      <translation>Nicht ähnlich genug: Distanz {distance:.2f}, nötig sind höchstens {threshold:.2f}. Kommen Sie näher und sehen Sie gerade in die Kamera; bleibt es dabei, fügen Sie weitere Bilder hinzu.</translation>
    </message>
    <message>
      <source>Looks more like {name} (distance {distance:.2f}).</source>
      <translation>Ähnelt eher {name} (Distanz {distance:.2f}).</translation>
    </message>
    <message>
      <source>Looks too much like {name} as well. More pictures of both make it clearer.</source>
      <translation>Ähnelt auch {name} zu sehr. Mit mehr Bildern von beiden wird es eindeutiger.</translation>
    </message>
    <message>
      <source>Enrol another person</source>
      <translation>Weitere Person erfassen</translation>
    </message>
    <message>
      <source>Finished</source>
      <translation>Fertig</translation>
    </message>
    <message>
      <source>{name} is enrolled.</source>
      <translation>{name} ist erfasst.</translation>
    </message>
    <message>
      <source>{name} has more pictures.</source>
      <translation>{name} hat weitere Bilder.</translation>
    </message>
    <message>
      <source>The door takes the pictures over …</source>
      <translation>Die Tür übernimmt die Bilder …</translation>
    </message>
    <message>
      <source>The door knows the pictures.</source>
      <translation>Die Tür kennt die Bilder.</translation>
    </message>
    <message>
      <source>Look straight at the camera</source>
      <translation>Sehen Sie gerade in die Kamera</translation>
    </message>
    <message>
      <source>Turn your head a little to your left</source>
      <translation>Kopf etwas nach links drehen</translation>
    </message>
    <message>
      <source>Turn your head a little to your right</source>
      <translation>Kopf etwas nach rechts drehen</translation>
    </message>
    <message>
      <source>Raise your chin a little</source>
      <translation>Kinn etwas heben</translation>
    </message>
    <message>
      <source>Once more, straight ahead. If you wear glasses, take them off or put them on now.</source>
      <translation>Noch einmal geradeaus. Wenn Sie eine Brille tragen, setzen Sie sie jetzt ab oder auf.</translation>
    </message>
    <message>
      <source>One person only, please</source>
      <translation>Bitte nur eine Person</translation>
    </message>
    <message>
      <source>Come a little closer</source>
      <translation>Kommen Sie etwas näher</translation>
    </message>
    <message>
      <source>Step back a little</source>
      <translation>Treten Sie etwas zurück</translation>
    </message>
    <message>
      <source>Bring your face into the oval</source>
      <translation>Bringen Sie Ihr Gesicht in das Oval</translation>
    </message>
    <message>
      <source>More light on the face, please</source>
      <translation>Bitte mehr Licht auf das Gesicht</translation>
    </message>
    <message>
      <source>Turn away from the bright light</source>
      <translation>Drehen Sie sich vom hellen Licht weg</translation>
    </message>
    <message>
      <source>Take off what covers your face, such as sunglasses</source>
      <translation>Nehmen Sie ab, was Ihr Gesicht verdeckt, etwa eine Sonnenbrille</translation>
    </message>
    <message>
      <source>Thank you, all pictures are taken</source>
      <translation>Danke, alle Bilder sind aufgenommen</translation>
    </message>
    <message>
      <source>Good. Hold still …</source>
      <translation>Gut. Bitte stillhalten …</translation>
    </message>
  </context>
  <context>
    <name>faults</name>
    <message>
      <source>door</source>
      <translation>Tür</translation>
    </message>
    <message>
      <source>the decision came {age_seconds:.1f} s late</source>
      <translation>die Entscheidung kam {age_seconds:.1f} s zu spät</translation>
    </message>
    <message>
      <source>look at the camera again</source>
      <translation>erneut in die Kamera sehen</translation>
    </message>
    <message>
      <source>a pulse of {seconds} s is refused</source>
      <translation>ein Impuls von {seconds} s wird abgelehnt</translation>
    </message>
    <message>
      <source>set more than 0 and at most {most:g} s</source>
      <translation>mehr als 0 und höchstens {most:g} s einstellen</translation>
    </message>
    <message>
      <source>door on the screen</source>
      <translation>Tür auf dem Bildschirm</translation>
    </message>
    <message>
      <source>is closed</source>
      <translation>ist geschlossen</translation>
    </message>
    <message>
      <source>restart the kiosk</source>
      <translation>den Kiosk neu starten</translation>
    </message>
    <message>
      <source>nothing was imported: export it again where it comes from</source>
      <translation>es wurde nichts importiert: dort, woher es stammt, erneut exportieren</translation>
    </message>
    <message>
      <source>it is no archive of people</source>
      <translation>es ist kein Archiv von Personen</translation>
    </message>
    <message>
      <source>{name} is too large</source>
      <translation>{name} ist zu groß</translation>
    </message>
    <message>
      <source>{name} is damaged</source>
      <translation>{name} ist beschädigt</translation>
    </message>
    <message>
      <source>{name} has another size than it says</source>
      <translation>{name} hat eine andere Größe als angegeben</translation>
    </message>
    <message>
      <source>is not a file</source>
      <translation>ist keine Datei</translation>
    </message>
    <message>
      <source>give a zip that was exported</source>
      <translation>ein exportiertes Zip angeben</translation>
    </message>
    <message>
      <source>cannot be read ({cause})</source>
      <translation>nicht lesbar ({cause})</translation>
    </message>
    <message>
      <source>check that it exists and may be read</source>
      <translation>prüfen, ob sie vorhanden ist und gelesen werden darf</translation>
    </message>
    <message>
      <source>is no zip, or a damaged one</source>
      <translation>ist kein Zip, oder ein beschädigtes</translation>
    </message>
    <message>
      <source>it holds {count} files</source>
      <translation>es enthält {count} Dateien</translation>
    </message>
    <message>
      <source>it holds two files of one name</source>
      <translation>es enthält zwei Dateien desselben Namens</translation>
    </message>
    <message>
      <source>its files overlap</source>
      <translation>seine Dateien überlappen sich</translation>
    </message>
    <message>
      <source>leads out of the archive</source>
      <translation>führt aus dem Archiv hinaus</translation>
    </message>
    <message>
      <source>is a link or no file</source>
      <translation>ist eine Verknüpfung oder keine Datei</translation>
    </message>
    <message>
      <source>is encrypted</source>
      <translation>ist verschlüsselt</translation>
    </message>
    <message>
      <source>is compressed in an unknown way</source>
      <translation>ist auf unbekannte Weise komprimiert</translation>
    </message>
    <message>
      <source>would become much larger than it is</source>
      <translation>würde viel größer, als es ist</translation>
    </message>
    <message>
      <source>{name} is missing</source>
      <translation>{name} fehlt</translation>
    </message>
    <message>
      <source>{odd} belongs to nobody, or to several</source>
      <translation>{odd} gehört zu niemandem oder zu mehreren</translation>
    </message>
    <message>
      <source>{name} is no picture, or too large</source>
      <translation>{name} ist kein Bild oder zu groß</translation>
    </message>
    <message>
      <source>cannot be written ({reason})</source>
      <translation>nicht beschreibbar ({reason})</translation>
    </message>
    <message>
      <source>choose another place, or free space</source>
      <translation>einen anderen Ort wählen oder Platz schaffen</translation>
    </message>
    <message>
      <source>its list of people cannot be read</source>
      <translation>seine Personenliste ist nicht lesbar</translation>
    </message>
    <message>
      <source>it was made by another version of the kiosk</source>
      <translation>es stammt von einer anderen Fassung des Kiosks</translation>
    </message>
    <message>
      <source>update this kiosk</source>
      <translation>diesen Kiosk aktualisieren</translation>
    </message>
    <message>
      <source>it holds nobody</source>
      <translation>es enthält niemanden</translation>
    </message>
    <message>
      <source>it holds {name!r} twice</source>
      <translation>es enthält {name!r} zweimal</translation>
    </message>
    <message>
      <source>the name {name!r} {fault}</source>
      <translation>der Name {name!r} {fault}</translation>
    </message>
    <message>
      <source>nothing was imported: rename the person where it comes from, and export it again</source>
      <translation>es wurde nichts importiert: die Person dort umbenennen, wo sie herkommt, und neu exportieren</translation>
    </message>
    <message>
      <source>what is known cannot be read</source>
      <translation>was bekannt ist, ist nicht lesbar</translation>
    </message>
    <message>
      <source>the field {name} is no text</source>
      <translation>das Feld {name} ist kein Text</translation>
    </message>
    <message>
      <source>the field {name} is no list</source>
      <translation>das Feld {name} ist keine Liste</translation>
    </message>
    <message>
      <source>holds no consent.&lt;language&gt;.md</source>
      <translation>enthält keine consent.&lt;Sprache&gt;.md</translation>
    </message>
    <message>
      <source>put the text there that people agree to</source>
      <translation>den Text dort ablegen, in den eingewilligt wird</translation>
    </message>
    <message>
      <source>is not written in UTF-8</source>
      <translation>ist nicht in UTF-8 geschrieben</translation>
    </message>
    <message>
      <source>save it as UTF-8 text</source>
      <translation>als UTF-8-Text speichern</translation>
    </message>
    <message>
      <source>is empty</source>
      <translation>ist leer</translation>
    </message>
    <message>
      <source>is longer than {kilobytes} KiB</source>
      <translation>ist länger als {kilobytes} KiB</translation>
    </message>
    <message>
      <source>write into it what people agree to</source>
      <translation>hineinschreiben, worin eingewilligt wird</translation>
    </message>
    <message>
      <source>move the file away: the kiosk starts a new one, in which nobody is suspended</source>
      <translation>die Datei wegräumen: der Kiosk beginnt eine neue, in der niemand gesperrt ist</translation>
    </message>
    <message>
      <source>what is known of people cannot be used: {reason}</source>
      <translation>was über Personen bekannt ist, lässt sich nicht benutzen: {reason}</translation>
    </message>
    <message>
      <source>is longer than {count} characters</source>
      <translation>ist länger als {count} Zeichen</translation>
    </message>
    <message>
      <source>holds characters that cannot be shown</source>
      <translation>enthält nicht darstellbare Zeichen</translation>
    </message>
    <message>
      <source>is no e-mail address</source>
      <translation>ist keine E-Mail-Adresse</translation>
    </message>
    <message>
      <source>the field {name} {fault}</source>
      <translation>das Feld {name} {fault}</translation>
    </message>
    <message>
      <source>give another value</source>
      <translation>einen anderen Wert angeben</translation>
    </message>
    <message>
      <source>the validity ends before it begins</source>
      <translation>die Gültigkeit endet, bevor sie beginnt</translation>
    </message>
    <message>
      <source>give other days</source>
      <translation>andere Tage angeben</translation>
    </message>
    <message>
      <source>the name {name!r}</source>
      <translation>der Name {name!r}</translation>
    </message>
    <message>
      <source>give another name</source>
      <translation>einen anderen Namen angeben</translation>
    </message>
    <message>
      <source>is a name that is already known</source>
      <translation>ist ein schon bekannter Name</translation>
    </message>
    <message>
      <source>give another, or erase that one</source>
      <translation>einen anderen angeben oder jenen löschen</translation>
    </message>
    <message>
      <source>was not read yet</source>
      <translation>wurde noch nicht gelesen</translation>
    </message>
    <message>
      <source>try again</source>
      <translation>erneut versuchen</translation>
    </message>
    <message>
      <source>move the file away, the kiosk starts a new one</source>
      <translation>die Datei wegräumen, der Kiosk beginnt eine neue</translation>
    </message>
    <message>
      <source>is no register of people</source>
      <translation>ist kein Personenverzeichnis</translation>
    </message>
    <message>
      <source>was written by another kiosk (schema {version})</source>
      <translation>wurde von einem anderen Kiosk geschrieben (Schema {version})</translation>
    </message>
    <message>
      <source>another program is opening it</source>
      <translation>ein anderes Programm öffnet sie gerade</translation>
    </message>
    <message>
      <source>end that program if it hangs</source>
      <translation>jenes Programm beenden, falls es hängt</translation>
    </message>
    <message>
      <source>{what} is not a file</source>
      <translation>{what} ist keine Datei</translation>
    </message>
    <message>
      <source>set another file</source>
      <translation>eine andere Datei einstellen</translation>
    </message>
    <message>
      <source>was written by a newer kiosk (schema {version})</source>
      <translation>wurde von einem neueren Kiosk geschrieben (Schema {version})</translation>
    </message>
    <message>
      <source>update the kiosk or set another file</source>
      <translation>den Kiosk aktualisieren oder eine andere Datei einstellen</translation>
    </message>
    <message>
      <source>is the database of another program</source>
      <translation>ist die Datenbank eines anderen Programms</translation>
    </message>
    <message>
      <source>{what} cannot be used: {reason}</source>
      <translation>{what} lässt sich nicht benutzen: {reason}</translation>
    </message>
    <message>
      <source>end the other program that keeps it locked</source>
      <translation>das andere Programm beenden, das sie gesperrt hält</translation>
    </message>
    <message>
      <source>free space on its disk</source>
      <translation>auf ihrem Datenträger Platz schaffen</translation>
    </message>
    <message>
      <source>check that its folder exists, may be written and has space</source>
      <translation>prüfen, ob ihr Ordner vorhanden und beschreibbar ist und Platz hat</translation>
    </message>
    <message>
      <source>the staff register</source>
      <translation>das Personalverzeichnis</translation>
    </message>
    <message>
      <source>move the file away and add the staff anew</source>
      <translation>die Datei wegräumen und das Personal neu hinzufügen</translation>
    </message>
    <message>
      <source>the file of visitors' faces</source>
      <translation>die Datei der Besuchergesichter</translation>
    </message>
    <message>
      <source>the damaged file was deleted, try again</source>
      <translation>die beschädigte Datei wurde gelöscht, erneut versuchen</translation>
    </message>
    <message>
      <source>the speaker cannot start: {cause}</source>
      <translation>die Sprachausgabe kann nicht starten: {cause}</translation>
    </message>
    <message>
      <source>install the kiosk again</source>
      <translation>den Kiosk neu installieren</translation>
    </message>
    <message>
      <source>the speaker did not answer within {seconds:g} s</source>
      <translation>die Sprachausgabe hat nicht innerhalb von {seconds:g} s geantwortet</translation>
    </message>
    <message>
      <source>the speaker died</source>
      <translation>die Sprachausgabe ist abgestürzt</translation>
    </message>
    <message>
      <source>the speaker answered {answer!r}</source>
      <translation>die Sprachausgabe antwortete {answer!r}</translation>
    </message>
    <message>
      <source>the speaker talks without end</source>
      <translation>die Sprachausgabe redet ohne Ende</translation>
    </message>
    <message>
      <source>it is replaced; run `kiosk doctor` if this stays</source>
      <translation>sie wird ersetzt; bleibt es dabei, `kiosk doctor` aufrufen</translation>
    </message>
    <message>
      <source>voice</source>
      <translation>Stimme</translation>
    </message>
    <message>
      <source>aplay is not installed</source>
      <translation>aplay ist nicht installiert</translation>
    </message>
    <message>
      <source>install the package alsa-utils</source>
      <translation>das Paket alsa-utils installieren</translation>
    </message>
    <message>
      <source>there is no sound card</source>
      <translation>es gibt keine Soundkarte</translation>
    </message>
    <message>
      <source>connect one, or set the voice to disabled</source>
      <translation>eine anschließen oder die Stimme abschalten</translation>
    </message>
    <message>
      <source>espeak-ng cannot be loaded</source>
      <translation>espeak-ng lässt sich nicht laden</translation>
    </message>
    <message>
      <source>install the package espeak-ng</source>
      <translation>das Paket espeak-ng installieren</translation>
    </message>
    <message>
      <source>espeak gave no sound</source>
      <translation>espeak lieferte keinen Ton</translation>
    </message>
    <message>
      <source>check that espeak-ng speaks in a terminal</source>
      <translation>prüfen, ob espeak-ng in einem Terminal spricht</translation>
    </message>
    <message>
      <source>check rate, volume and voice in the configuration</source>
      <translation>Tempo, Lautstärke und Stimme in der Konfiguration prüfen</translation>
    </message>
    <message>
      <source>check the sound card and its settings</source>
      <translation>die Soundkarte und ihre Einstellungen prüfen</translation>
    </message>
    <message>
      <source>the sound cannot be played</source>
      <translation>der Ton lässt sich nicht abspielen</translation>
    </message>
    <message>
      <source>choose another value</source>
      <translation>einen anderen Wert wählen</translation>
    </message>
    <message>
      <source>{options} cannot be changed here</source>
      <translation>hier nicht änderbar: {options}</translation>
    </message>
    <message>
      <source>edit the file by hand</source>
      <translation>die Datei von Hand bearbeiten</translation>
    </message>
    <message>
      <source>there is no such file</source>
      <translation>diese Datei gibt es nicht</translation>
    </message>
    <message>
      <source>check --config and the variable KIOSK_CONFIG</source>
      <translation>--config und die Variable KIOSK_CONFIG prüfen</translation>
    </message>
    <message>
      <source>the folder after ~ is not known</source>
      <translation>der Ordner nach ~ ist nicht bekannt</translation>
    </message>
    <message>
      <source>write the path in full</source>
      <translation>den Pfad ausschreiben</translation>
    </message>
    <message>
      <source>line {line}: {key}: {reason}</source>
      <translation>Zeile {line}: {key}: {reason}</translation>
    </message>
    <message>
      <source>check its permissions</source>
      <translation>ihre Zugriffsrechte prüfen</translation>
    </message>
    <message>
      <source>mend it there, nothing was changed</source>
      <translation>dort berichtigen, es wurde nichts geändert</translation>
    </message>
    <message>
      <source>is larger than {kilobytes} kB</source>
      <translation>ist größer als {kilobytes} kB</translation>
    </message>
    <message>
      <source>this is no kiosk configuration</source>
      <translation>das ist keine Konfiguration des Kiosks</translation>
    </message>
    <message>
      <source>is not UTF-8 at byte {byte}</source>
      <translation>ist bei Byte {byte} kein UTF-8</translation>
    </message>
    <message>
      <source>save it as UTF-8</source>
      <translation>als UTF-8 speichern</translation>
    </message>
    <message>
      <source>line {line}: </source>
      <translation>Zeile {line}: </translation>
    </message>
    <message>
      <source>is no YAML</source>
      <translation>ist kein YAML</translation>
    </message>
    <message>
      <source>mend that line</source>
      <translation>diese Zeile berichtigen</translation>
    </message>
    <message>
      <source>is no YAML ({error})</source>
      <translation>ist kein YAML ({error})</translation>
    </message>
    <message>
      <source>compare it with the config.yaml that is shipped</source>
      <translation>mit der mitgelieferten config.yaml vergleichen</translation>
    </message>
    <message>
      <source>line 1: options as `name: value` were expected</source>
      <translation>Zeile 1: Einstellungen der Form `name: wert` wurden erwartet</translation>
    </message>
    <message>
      <source>compare it with the one shipped</source>
      <translation>mit der mitgelieferten vergleichen</translation>
    </message>
    <message>
      <source>put a file in its place</source>
      <translation>eine Datei an ihre Stelle legen</translation>
    </message>
    <message>
      <source>aliases (*name) are not used here</source>
      <translation>Aliase (*name) werden hier nicht verwendet</translation>
    </message>
    <message>
      <source>tags ({tag}) are not used here</source>
      <translation>Tags ({tag}) werden hier nicht verwendet</translation>
    </message>
    <message>
      <source>options are nested too deep</source>
      <translation>Einstellungen sind zu tief verschachtelt</translation>
    </message>
    <message>
      <source>a value of {count} characters</source>
      <translation>ein Wert von {count} Zeichen</translation>
    </message>
    <message>
      <source>line {line}: {oddity}</source>
      <translation>Zeile {line}: {oddity}</translation>
    </message>
    <message>
      <source>options below it were expected, found {found}</source>
      <translation>Einstellungen darunter wurden erwartet, gefunden: {found}</translation>
    </message>
    <message>
      <source>{reason}, found {found}</source>
      <translation>{reason}, gefunden: {found}</translation>
    </message>
    <message>
      <source>there is no such option, did you mean {name}?</source>
      <translation>diese Einstellung gibt es nicht, meinten Sie {name}?</translation>
    </message>
    <message>
      <source>there is no such option, the nearest is {name}</source>
      <translation>diese Einstellung gibt es nicht, am nächsten ist {name}</translation>
    </message>
    <message>
      <source>is being changed by another program all the time</source>
      <translation>wird ständig von einem anderen Programm geändert</translation>
    </message>
    <message>
      <source>try again later</source>
      <translation>später erneut versuchen</translation>
    </message>
    <message>
      <source>put it back; the last ones are kept in {name}</source>
      <translation>sie zurücklegen; die letzten liegen in {name}</translation>
    </message>
    <message>
      <source>was deleted in the meantime</source>
      <translation>wurde inzwischen gelöscht</translation>
    </message>
    <message>
      <source>another kiosk is changing it</source>
      <translation>ein anderer Kiosk ändert sie gerade</translation>
    </message>
    <message>
      <source>check the permissions of the file and its folder</source>
      <translation>die Zugriffsrechte der Datei und ihres Ordners prüfen</translation>
    </message>
    <message>
      <source>cannot be written ({cause})</source>
      <translation>nicht beschreibbar ({cause})</translation>
    </message>
    <message>
      <source>{remedy}; nothing was changed</source>
      <translation>{remedy}; es wurde nichts geändert</translation>
    </message>
    <message>
      <source>make it of its published weights: kiosk weights export {name} --weights PATH</source>
      <translation>sie aus den veröffentlichten Gewichten erzeugen: kiosk weights export {name} --weights PFAD</translation>
    </message>
    <message>
      <source>has no file yet</source>
      <translation>hat noch keine Datei</translation>
    </message>
    <message>
      <source>is not known</source>
      <translation>ist nicht bekannt</translation>
    </message>
    <message>
      <source>names no encoder, or one twice</source>
      <translation>nennt keinen Encoder oder einen doppelt</translation>
    </message>
    <message>
      <source>name each encoder once</source>
      <translation>jeden Encoder einmal nennen</translation>
    </message>
    <message>
      <source>has the weights {weights}</source>
      <translation>hat die Gewichte {weights}</translation>
    </message>
    <message>
      <source>give each encoder a number from {least} to {most}</source>
      <translation>jedem Encoder eine Zahl von {least} bis {most} geben</translation>
    </message>
    <message>
      <source>gave an output of {shape} instead of {expected}</source>
      <translation>lieferte eine Ausgabe von {shape} statt {expected}</translation>
    </message>
    <message>
      <source>was given {given}, it takes {shape} uint8</source>
      <translation>erhielt {given}, nimmt aber {shape} uint8</translation>
    </message>
    <message>
      <source>cut the face out with the crop {crop}</source>
      <translation>das Gesicht mit dem Zuschnitt {crop} ausschneiden</translation>
    </message>
    <message>
      <source>gave an output of length {length}, which is no direction</source>
      <translation>lieferte eine Ausgabe der Länge {length}, die keine Richtung ist</translation>
    </message>
    <message>
      <source>install kiosk again, or mend golden in the spec</source>
      <translation>den Kiosk neu installieren oder golden in der Spezifikation berichtigen</translation>
    </message>
    <message>
      <source>cannot be read ({error})</source>
      <translation>nicht lesbar ({error})</translation>
    </message>
    <message>
      <source>check file and input in its spec</source>
      <translation>file und input in seiner Spezifikation prüfen</translation>
    </message>
    <message>
      <source>cannot take batches of {shape}: {error}</source>
      <translation>nimmt keine Stapel von {shape}: {error}</translation>
    </message>
    <message>
      <source>export it again</source>
      <translation>erneut exportieren</translation>
    </message>
    <message>
      <source>LiteRT failed: {error}</source>
      <translation>LiteRT ist gescheitert: {error}</translation>
    </message>
    <message>
      <source>run `kiosk doctor`</source>
      <translation>`kiosk doctor` aufrufen</translation>
    </message>
    <message>
      <source>is no LiteRT model: {error}</source>
      <translation>ist kein LiteRT-Modell: {error}</translation>
    </message>
    <message>
      <source>put the right file there</source>
      <translation>die richtige Datei dort ablegen</translation>
    </message>
    <message>
      <source>ONNX Runtime failed: {error}</source>
      <translation>ONNX Runtime ist gescheitert: {error}</translation>
    </message>
    <message>
      <source>type: pip install onnxruntime</source>
      <translation>eingeben: pip install onnxruntime</translation>
    </message>
    <message>
      <source>needs ONNX Runtime, which is not installed</source>
      <translation>braucht ONNX Runtime, das nicht installiert ist</translation>
    </message>
    <message>
      <source>is no ONNX model: {error}</source>
      <translation>ist kein ONNX-Modell: {error}</translation>
    </message>
    <message>
      <source>takes {inputs} instead of float32 {batch}</source>
      <translation>nimmt {inputs} statt float32 {batch}</translation>
    </message>
    <message>
      <source>gives {outputs} instead of float32 {output}</source>
      <translation>liefert {outputs} statt float32 {output}</translation>
    </message>
    <message>
      <source>takes {pictures} pictures at a time</source>
      <translation>nimmt {pictures} Bilder auf einmal</translation>
    </message>
    <message>
      <source>export it for one, or for any number</source>
      <translation>für eines oder für beliebig viele exportieren</translation>
    </message>
    <message>
      <source>run no network</source>
      <translation>rechnen kein Netz</translation>
    </message>
    <message>
      <source>give 1 or more</source>
      <translation>1 oder mehr angeben</translation>
    </message>
    <message>
      <source>{number} pairs of a kind are too few</source>
      <translation>{number} Paare einer Art sind zu wenige</translation>
    </message>
    <message>
      <source>give at least {number}</source>
      <translation>mindestens {number} angeben</translation>
    </message>
    <message>
      <source>layer {name} needs weights {expected}, the file has {found}</source>
      <translation>die Schicht {name} braucht die Gewichte {expected}, die Datei hat {found}</translation>
    </message>
    <message>
      <source>use the file that the encoder was written for</source>
      <translation>die Datei verwenden, für die der Encoder geschrieben wurde</translation>
    </message>
    <message>
      <source>make it anew with `kiosk weights cohort FOLDER`</source>
      <translation>mit `kiosk weights cohort ORDNER` neu erzeugen</translation>
    </message>
    <message>
      <source>was made with another state of the encoder</source>
      <translation>wurde mit einem anderen Stand des Encoders erzeugt</translation>
    </message>
    <message>
      <source>is no cohort: {error}</source>
      <translation>ist keine Kohorte: {error}</translation>
    </message>
    <message>
      <source>no picture is given</source>
      <translation>kein Bild angegeben</translation>
    </message>
    <message>
      <source>give at least one picture of the person</source>
      <translation>mindestens ein Bild der Person angeben</translation>
    </message>
    <message>
      <source>the same picture as {name}</source>
      <translation>dasselbe Bild wie {name}</translation>
    </message>
    <message>
      <source>shows somebody else than the pictures already enrolled</source>
      <translation>zeigt jemand anderen als die schon erfassten Bilder</translation>
    </message>
    <message>
      <source>shows somebody else than the other pictures</source>
      <translation>zeigt jemand anderen als die übrigen Bilder</translation>
    </message>
    <message>
      <source>shows {name}, who is already enrolled (distance {distance:.2f})</source>
      <translation>zeigt {name}, schon erfasst (Distanz {distance:.2f})</translation>
    </message>
    <message>
      <source>{faults} of {examined} pictures cannot be enrolled: {each}</source>
      <translation>{faults} von {examined} Bildern sind nicht verwendbar: {each}</translation>
    </message>
    <message>
      <source>nothing was changed: replace or leave out what is named</source>
      <translation>es wurde nichts geändert: die genannten ersetzen oder weglassen</translation>
    </message>
    <message>
      <source>the name ends in none of {endings}</source>
      <translation>der Name endet auf keine von {endings}</translation>
    </message>
    <message>
      <source>gave no usable embedding</source>
      <translation>ergab keine brauchbare Kodierung</translation>
    </message>
    <message>
      <source>copy it again</source>
      <translation>erneut kopieren</translation>
    </message>
    <message>
      <source>is too large a file</source>
      <translation>ist als Datei zu groß</translation>
    </message>
    <message>
      <source>save it smaller</source>
      <translation>kleiner speichern</translation>
    </message>
    <message>
      <source>cannot be deleted ({cause})</source>
      <translation>kann nicht gelöscht werden ({cause})</translation>
    </message>
    <message>
      <source>delete it by hand</source>
      <translation>von Hand löschen</translation>
    </message>
    <message>
      <source>give the person's name as it is to be greeted</source>
      <translation>den Namen der Person so angeben, wie sie begrüßt werden soll</translation>
    </message>
    <message>
      <source>is in the way of the person's folder</source>
      <translation>ist dem Ordner der Person im Weg</translation>
    </message>
    <message>
      <source>move it away</source>
      <translation>wegräumen</translation>
    </message>
    <message>
      <source>the pictures</source>
      <translation>die Bilder</translation>
    </message>
    <message>
      <source>are of several people</source>
      <translation>sind von mehreren Personen</translation>
    </message>
    <message>
      <source>remove those of one person at a time</source>
      <translation>immer nur die einer Person entfernen</translation>
    </message>
    <message>
      <source>is already in the gallery</source>
      <translation>ist schon in der Bildersammlung</translation>
    </message>
    <message>
      <source>choose another name</source>
      <translation>einen anderen Namen wählen</translation>
    </message>
    <message>
      <source>is in the way</source>
      <translation>ist im Weg</translation>
    </message>
    <message>
      <source>nobody of that name is in the gallery</source>
      <translation>niemand dieses Namens ist in der Bildersammlung</translation>
    </message>
    <message>
      <source>see `kiosk people` for the names</source>
      <translation>`kiosk people` nennt die Namen</translation>
    </message>
    <message>
      <source>the image folder cannot be read ({cause})</source>
      <translation>der Bilderordner ist nicht lesbar ({cause})</translation>
    </message>
    <message>
      <source>an empty folder</source>
      <translation>ein leerer Ordner</translation>
    </message>
    <message>
      <source>the name is not UTF-8 or holds characters that cannot be shown</source>
      <translation>der Name ist kein UTF-8 oder enthält nicht darstellbare Zeichen</translation>
    </message>
    <message>
      <source>the name {fault}; rename it if it is a person's</source>
      <translation>der Name {fault}; umbenennen, wenn es der einer Person ist</translation>
    </message>
    <message>
      <source>a link that leads out of the image folder</source>
      <translation>eine Verknüpfung, die aus dem Bilderordner hinausführt</translation>
    </message>
    <message>
      <source>a link into a recycle bin or another system folder</source>
      <translation>eine Verknüpfung in einen Papierkorb oder anderen Systemordner</translation>
    </message>
    <message>
      <source>a link to a folder</source>
      <translation>eine Verknüpfung zu einem Ordner</translation>
    </message>
    <message>
      <source>a folder inside a person's folder</source>
      <translation>ein Ordner im Ordner einer Person</translation>
    </message>
    <message>
      <source>is not a regular file</source>
      <translation>ist keine gewöhnliche Datei</translation>
    </message>
    <message>
      <source>no picture of a known kind ({kinds})</source>
      <translation>kein Bild bekannter Art ({kinds})</translation>
    </message>
    <message>
      <source>the folder cannot be read ({cause})</source>
      <translation>der Ordner ist nicht lesbar ({cause})</translation>
    </message>
    <message>
      <source>already in the gallery</source>
      <translation>schon in der Bildersammlung</translation>
    </message>
    <message>
      <source>rename or erase them first</source>
      <translation>sie zuerst umbenennen oder löschen</translation>
    </message>
    <message>
      <source>is longer than {characters} characters or {size} bytes</source>
      <translation>ist länger als {characters} Zeichen oder {size} Bytes</translation>
    </message>
    <message>
      <source>holds a slash</source>
      <translation>enthält einen Schrägstrich</translation>
    </message>
    <message>
      <source>starts with “{sign}”, like recycle bins and other system folders</source>
      <translation>beginnt mit „{sign}“ wie Papierkörbe und andere Systemordner</translation>
    </message>
    <message>
      <source>is that of a recycle bin or another system folder</source>
      <translation>ist der eines Papierkorbs oder anderen Systemordners</translation>
    </message>
    <message>
      <source>is one that image folders ignore</source>
      <translation>ist einer, den Bilderordner übergehen</translation>
    </message>
    <message>
      <source>is still being written</source>
      <translation>wird noch geschrieben</translation>
    </message>
    <message>
      <source>could not be encoded ({reason})</source>
      <translation>ließ sich nicht kodieren ({reason})</translation>
    </message>
    <message>
      <source>check its permissions and the free space</source>
      <translation>Zugriffsrechte und freien Platz prüfen</translation>
    </message>
    <message>
      <source>changed while it was enrolled</source>
      <translation>änderte sich während der Erfassung</translation>
    </message>
    <message>
      <source>enrol it again</source>
      <translation>erneut erfassen</translation>
    </message>
    <message>
      <source>is being changed by another program</source>
      <translation>wird gerade von einem anderen Programm geändert</translation>
    </message>
    <message>
      <source>try again in a moment</source>
      <translation>gleich erneut versuchen</translation>
    </message>
    <message>
      <source>the gallery is of {encoder}</source>
      <translation>die Bildersammlung ist von {encoder}</translation>
    </message>
    <message>
      <source>encode both with the same encoder</source>
      <translation>beide mit demselben Encoder kodieren</translation>
    </message>
    <message>
      <source>no face found</source>
      <translation>kein Gesicht gefunden</translation>
    </message>
    <message>
      <source>more than one face</source>
      <translation>mehr als ein Gesicht</translation>
    </message>
    <message>
      <source>the face is too small</source>
      <translation>das Gesicht ist zu klein</translation>
    </message>
    <message>
      <source>the face is too dark</source>
      <translation>das Gesicht ist zu dunkel</translation>
    </message>
    <message>
      <source>the face is too bright</source>
      <translation>das Gesicht ist zu hell</translation>
    </message>
    <message>
      <source>the face is blurred</source>
      <translation>das Gesicht ist unscharf</translation>
    </message>
    <message>
      <source>the face is turned away</source>
      <translation>das Gesicht ist abgewandt</translation>
    </message>
    <message>
      <source>it shows a picture or a screen, not a living face</source>
      <translation>es zeigt ein Bild oder einen Bildschirm, kein lebendes Gesicht</translation>
    </message>
    <message>
      <source>nobody is in the gallery</source>
      <translation>niemand ist in der Bildersammlung</translation>
    </message>
    <message>
      <source>enrol somebody first</source>
      <translation>zuerst jemanden erfassen</translation>
    </message>
    <message>
      <source>it holds no pictures</source>
      <translation>es enthält keine Bilder</translation>
    </message>
    <message>
      <source>export it again where it comes from</source>
      <translation>dort, woher es stammt, erneut exportieren</translation>
    </message>
    <message>
      <source>{needed:.0f} MB, and {free:.0f} MB are free</source>
      <translation>{needed:.0f} MB, und {free:.0f} MB sind frei</translation>
    </message>
    <message>
      <source>there is no room for its pictures ({reason})</source>
      <translation>für seine Bilder ist kein Platz ({reason})</translation>
    </message>
    <message>
      <source>free space on the disk</source>
      <translation>auf dem Datenträger Platz schaffen</translation>
    </message>
    <message>
      <source>it is somewhere else</source>
      <translation>er liegt woanders</translation>
    </message>
    <message>
      <source>cannot be read ({reason})</source>
      <translation>nicht lesbar ({reason})</translation>
    </message>
    <message>
      <source>plug the USB stick in again, or choose another folder</source>
      <translation>den USB-Stick neu einstecken oder einen anderen Ordner wählen</translation>
    </message>
    <message>
      <source>use {name}, or a detector whose spec lies in {folder}</source>
      <translation>{name} verwenden oder einen Detektor, dessen Spezifikation in {folder} liegt</translation>
    </message>
    <message>
      <source>see `kiosk encoders`; specs are looked for in {folder}</source>
      <translation>siehe `kiosk encoders`; Spezifikationen werden in {folder} gesucht</translation>
    </message>
    <message>
      <source>{name!r} is not known</source>
      <translation>{name!r} ist nicht bekannt</translation>
    </message>
    <message>
      <source>cannot be read: {cause}</source>
      <translation>nicht lesbar: {cause}</translation>
    </message>
    <message>
      <source>has more than {size} bytes</source>
      <translation>hat mehr als {size} Bytes</translation>
    </message>
    <message>
      <source>is being loaded</source>
      <translation>wird geladen</translation>
    </message>
    <message>
      <source>wait a moment and try again</source>
      <translation>einen Moment warten und erneut versuchen</translation>
    </message>
    <message>
      <source>nothing is known of anybody of that name</source>
      <translation>über niemanden dieses Namens ist etwas bekannt</translation>
    </message>
    <message>
      <source>is not there</source>
      <translation>ist nicht da</translation>
    </message>
    <message>
      <source>make it with `kiosk weights cohort FOLDER`, or write `cohort: auto` in config.yaml</source>
      <translation>mit `kiosk weights cohort ORDNER` erzeugen oder `cohort: auto` in config.yaml schreiben</translation>
    </message>
    <message>
      <source>nobody of that name is known</source>
      <translation>niemand dieses Namens ist bekannt</translation>
    </message>
    <message>
      <source>came to its end</source>
      <translation>ist zu Ende</translation>
    </message>
    <message>
      <source>showed nothing new for {seconds:g} s</source>
      <translation>zeigte seit {seconds:g} s nichts Neues</translation>
    </message>
    <message>
      <source>did not start for {seconds:g} s</source>
      <translation>lief nach {seconds:g} s noch nicht an</translation>
    </message>
    <message>
      <source>failed ({cause})</source>
      <translation>ist ausgefallen ({cause})</translation>
    </message>
    <message>
      <source>the camera</source>
      <translation>die Kamera</translation>
    </message>
    <message>
      <source>check its cable or network; it is opened again</source>
      <translation>Kabel oder Netzwerk prüfen; sie wird erneut geöffnet</translation>
    </message>
    <message>
      <source>the cascade file is missing</source>
      <translation>die Kaskadendatei fehlt</translation>
    </message>
    <message>
      <source>install kiosk again</source>
      <translation>den Kiosk neu installieren</translation>
    </message>
    <message>
      <source>is no cascade file</source>
      <translation>ist keine Kaskadendatei</translation>
    </message>
    <message>
      <source>install the kiosk again, or rebuild the file with make weights</source>
      <translation>den Kiosk neu installieren oder die Datei mit make weights neu bauen</translation>
    </message>
    <message>
      <source>save it smaller, as a JPEG of at most 8 megapixels</source>
      <translation>kleiner speichern, als JPEG mit höchstens 8 Megapixeln</translation>
    </message>
    <message>
      <source>copy it again, or save it again as JPEG or PNG</source>
      <translation>erneut kopieren oder erneut als JPEG oder PNG speichern</translation>
    </message>
    <message>
      <source>is animated</source>
      <translation>ist animiert</translation>
    </message>
    <message>
      <source>save one picture of it</source>
      <translation>ein einzelnes Bild daraus speichern</translation>
    </message>
    <message>
      <source>holds no JPEG, PNG, WebP or BMP picture</source>
      <translation>enthält kein Bild als JPEG, PNG, WebP oder BMP</translation>
    </message>
    <message>
      <source>is damaged or incomplete ({fault})</source>
      <translation>ist beschädigt oder unvollständig ({fault})</translation>
    </message>
    <message>
      <source>give a picture file</source>
      <translation>eine Bilddatei angeben</translation>
    </message>
    <message>
      <source>is too large a file ({megabytes:.0f} MB, at most {most})</source>
      <translation>ist als Datei zu groß ({megabytes:.0f} MB, höchstens {most})</translation>
    </message>
    <message>
      <source>has too many pixels ({width} x {height}, at most {millions:.0f} million)</source>
      <translation>hat zu viele Pixel ({width} x {height}, höchstens {millions:.0f} Millionen)</translation>
    </message>
    <message>
      <source>would take {megabytes:.0f} MB of memory ({width} x {height} pixels in this format)</source>
      <translation>würde {megabytes:.0f} MB Speicher belegen ({width} x {height} Pixel in diesem Format)</translation>
    </message>
    <message>
      <source>is a JPEG of too many scans</source>
      <translation>ist ein JPEG mit zu vielen Durchgängen</translation>
    </message>
    <message>
      <source>is a compressed BMP</source>
      <translation>ist ein komprimiertes BMP</translation>
    </message>
    <message>
      <source>save it as JPEG or PNG</source>
      <translation>als JPEG oder PNG speichern</translation>
    </message>
    <message>
      <source>cannot be written as JPEG</source>
      <translation>lässt sich nicht als JPEG schreiben</translation>
    </message>
    <message>
      <source>take it again</source>
      <translation>neu aufnehmen</translation>
    </message>
    <message>
      <source>names nothing</source>
      <translation>nennt nichts</translation>
    </message>
    <message>
      <source>give a camera, a file, a folder, a stream or 'demo'</source>
      <translation>eine Kamera, eine Datei, einen Ordner, einen Stream oder 'demo' angeben</translation>
    </message>
    <message>
      <source>cannot be used ({cause})</source>
      <translation>nicht benutzbar ({cause})</translation>
    </message>
    <message>
      <source>check what --source names</source>
      <translation>prüfen, was --source nennt</translation>
    </message>
    <message>
      <source>the address is not well-formed ({error})</source>
      <translation>die Adresse ist fehlerhaft ({error})</translation>
    </message>
    <message>
      <source>check the address</source>
      <translation>die Adresse prüfen</translation>
    </message>
    <message>
      <source>this kind of address is not known</source>
      <translation>diese Art von Adresse ist nicht bekannt</translation>
    </message>
    <message>
      <source>use one of {schemes}</source>
      <translation>eine von {schemes} verwenden</translation>
    </message>
    <message>
      <source>is no camera or is busy</source>
      <translation>ist keine Kamera oder wird benutzt</translation>
    </message>
    <message>
      <source>close the program that uses it, or name another one</source>
      <translation>das Programm schließen, das sie benutzt, oder eine andere nennen</translation>
    </message>
    <message>
      <source>delivers no pictures</source>
      <translation>liefert keine Bilder</translation>
    </message>
    <message>
      <source>check its cable, and that no other program uses it</source>
      <translation>das Kabel prüfen, und dass kein anderes Programm sie benutzt</translation>
    </message>
    <message>
      <source>the stream cannot be opened</source>
      <translation>der Stream lässt sich nicht öffnen</translation>
    </message>
    <message>
      <source>check the address, the password and the network</source>
      <translation>Adresse, Passwort und Netzwerk prüfen</translation>
    </message>
    <message>
      <source>the stream broke off</source>
      <translation>der Stream brach ab</translation>
    </message>
    <message>
      <source>check the network and the camera</source>
      <translation>Netzwerk und Kamera prüfen</translation>
    </message>
    <message>
      <source>what it names is not UTF-8</source>
      <translation>was sie nennt, ist kein UTF-8</translation>
    </message>
    <message>
      <source>rename it</source>
      <translation>umbenennen</translation>
    </message>
    <message>
      <source>there is no such camera</source>
      <translation>diese Kamera gibt es nicht</translation>
    </message>
    <message>
      <source>plug it in, or choose another one with --source</source>
      <translation>sie anschließen oder mit --source eine andere wählen</translation>
    </message>
    <message>
      <source>is no camera</source>
      <translation>ist keine Kamera</translation>
    </message>
    <message>
      <source>choose another one with --source</source>
      <translation>mit --source eine andere wählen</translation>
    </message>
    <message>
      <source>may not be opened by this user</source>
      <translation>darf von diesem Benutzer nicht geöffnet werden</translation>
    </message>
    <message>
      <source>add the user to the group 'video', log in again</source>
      <translation>den Benutzer in die Gruppe 'video' aufnehmen, neu anmelden</translation>
    </message>
    <message>
      <source>there is no such file, folder or camera</source>
      <translation>diese Datei, diesen Ordner oder diese Kamera gibt es nicht</translation>
    </message>
    <message>
      <source>is neither a video file nor a folder of pictures</source>
      <translation>ist weder eine Videodatei noch ein Ordner mit Bildern</translation>
    </message>
    <message>
      <source>name another one with --source</source>
      <translation>mit --source eine andere nennen</translation>
    </message>
    <message>
      <source>give this user the right to read it</source>
      <translation>diesem Benutzer das Leserecht geben</translation>
    </message>
    <message>
      <source>name another video file with --source</source>
      <translation>mit --source eine andere Videodatei nennen</translation>
    </message>
    <message>
      <source>{width:.0f} x {height:.0f} px is too large</source>
      <translation>{width:.0f} x {height:.0f} px ist zu groß</translation>
    </message>
    <message>
      <source>scale it down to at most 7680 x 4320</source>
      <translation>auf höchstens 7680 x 4320 verkleinern</translation>
    </message>
    <message>
      <source>holds no video that can be decoded</source>
      <translation>enthält kein Video, das sich dekodieren lässt</translation>
    </message>
    <message>
      <source>convert it, for instance to .mp4 with H.264</source>
      <translation>umwandeln, etwa in .mp4 mit H.264</translation>
    </message>
    <message>
      <source>none of its pictures can be read ({first})</source>
      <translation>keines seiner Bilder ist lesbar ({first})</translation>
    </message>
    <message>
      <source>replace them</source>
      <translation>sie ersetzen</translation>
    </message>
    <message>
      <source>holds no pictures</source>
      <translation>enthält keine Bilder</translation>
    </message>
    <message>
      <source>put .jpg, .png, .webp or .bmp files there, or name another one</source>
      <translation>Dateien .jpg, .png, .webp oder .bmp dort ablegen oder einen anderen nennen</translation>
    </message>
    <message>
      <source>is no YuNet model</source>
      <translation>ist kein YuNet-Modell</translation>
    </message>
    <message>
      <source>put the right file in its place, or install kiosk again</source>
      <translation>die richtige Datei an ihre Stelle legen oder kiosk neu installieren</translation>
    </message>
    <message>
      <source>comes with the kiosk, it is neither fetched nor removed</source>
      <translation>gehört zum Kiosk, wird weder geholt noch entfernt</translation>
    </message>
    <message>
      <source>install kiosk again if it is damaged</source>
      <translation>den Kiosk neu installieren, wenn es beschädigt ist</translation>
    </message>
    <message>
      <source>are not known</source>
      <translation>sind nicht bekannt</translation>
    </message>
    <message>
      <source>is no file</source>
      <translation>ist keine Datei</translation>
    </message>
    <message>
      <source>has {content} bytes instead of {size}</source>
      <translation>hat {content} Bytes statt {size}</translation>
    </message>
    <message>
      <source>was altered or is another file: its SHA-256 is not the one expected</source>
      <translation>wurde verändert oder ist eine andere Datei: ihr SHA-256 ist nicht der erwartete</translation>
    </message>
    <message>
      <source>is not installed in {folder}</source>
      <translation>ist in {folder} nicht installiert</translation>
    </message>
    <message>
      <source>see `kiosk weights list`</source>
      <translation>siehe `kiosk weights list`</translation>
    </message>
    <message>
      <source>cannot be removed: {cause}</source>
      <translation>lässt sich nicht entfernen: {cause}</translation>
    </message>
    <message>
      <source>check the permissions of its folder</source>
      <translation>die Zugriffsrechte des Ordners prüfen</translation>
    </message>
    <message>
      <source>stands in the manifest, not in the catalogue</source>
      <translation>steht im Manifest, nicht im Katalog</translation>
    </message>
    <message>
      <source>run `make weights` in a checkout, or install kiosk again</source>
      <translation>`make weights` im Quellverzeichnis aufrufen oder den Kiosk neu installieren</translation>
    </message>
    <message>
      <source>does not name {file}</source>
      <translation>nennt {file} nicht</translation>
    </message>
    <message>
      <source>is no manifest: {error}</source>
      <translation>ist kein Manifest: {error}</translation>
    </message>
    <message>
      <source>has no spec in {searched}</source>
      <translation>hat keine Spezifikation in {searched}</translation>
    </message>
    <message>
      <source>see `kiosk encoders` for what there is</source>
      <translation>`kiosk encoders` nennt, was es gibt</translation>
    </message>
    <message>
      <source>kind is {found}, not {kind!r}</source>
      <translation>kind ist {found}, nicht {kind!r}</translation>
    </message>
    <message>
      <source>is no YAML: {error}</source>
      <translation>ist kein YAML: {error}</translation>
    </message>
    <message>
      <source>holds no options as `name: value`</source>
      <translation>enthält keine Einstellungen der Form `name: wert`</translation>
    </message>
  </context>
  <context>
    <name>health</name>
    <message>
      <source>{part}: {state}</source>
      <translation>{part}: {state}</translation>
    </message>
    <message numerus="yes">
      <source>and %n more</source>
      <translation>
        <numerusform>und ein weiteres</numerusform>
        <numerusform>und %n weitere</numerusform>
      </translation>
    </message>
    <message>
      <source>Copy report</source>
      <translation>Bericht kopieren</translation>
    </message>
    <message>
      <source>A text for a support request, without names and pictures</source>
      <translation>Ein Text für eine Supportanfrage, ohne Namen und Bilder</translation>
    </message>
    <message>
      <source>The report has been copied; no name and no picture is in it.</source>
      <translation>Der Bericht wurde kopiert; er enthält weder Namen noch Bilder.</translation>
    </message>
    <message>
      <source>No frame has been looked at yet.</source>
      <translation>Es wurde noch kein Kamerabild untersucht.</translation>
    </message>
    <message>
      <source>Milliseconds a stage</source>
      <translation>Millisekunden je Schritt</translation>
    </message>
    <message>
      <source>{ms} ms</source>
      <translation>{ms} ms</translation>
    </message>
    <message>
      <source>Camera</source>
      <translation>Kamera</translation>
    </message>
    <message>
      <source>Recognition</source>
      <translation>Erkennung</translation>
    </message>
    <message>
      <source>Door</source>
      <translation>Tür</translation>
    </message>
    <message>
      <source>Pictures of the people</source>
      <translation>Bilder der Personen</translation>
    </message>
    <message>
      <source>Encoder</source>
      <translation>Encoder</translation>
    </message>
    <message>
      <source>Voice</source>
      <translation>Stimme</translation>
    </message>
    <message>
      <source>Journal</source>
      <translation>Protokoll</translation>
    </message>
    <message>
      <source>What is known of people</source>
      <translation>Angaben zu Personen</translation>
    </message>
    <message>
      <source>Staff</source>
      <translation>Personal</translation>
    </message>
    <message>
      <source>Disk</source>
      <translation>Speicherplatz</translation>
    </message>
    <message>
      <source>Memory</source>
      <translation>Arbeitsspeicher</translation>
    </message>
    <message>
      <source>Temperature</source>
      <translation>Temperatur</translation>
    </message>
    <message>
      <source>Clock</source>
      <translation>Uhr</translation>
    </message>
    <message>
      <source>Configuration</source>
      <translation>Konfiguration</translation>
    </message>
    <message>
      <source>Finding faces</source>
      <translation>Gesichter finden</translation>
    </message>
    <message>
      <source>Cutting out</source>
      <translation>Ausschneiden</translation>
    </message>
    <message>
      <source>Encoding</source>
      <translation>Kodieren</translation>
    </message>
    <message>
      <source>Comparing</source>
      <translation>Vergleichen</translation>
    </message>
    <message>
      <source>Deciding</source>
      <translation>Entscheiden</translation>
    </message>
    <message>
      <source>In order</source>
      <translation>In Ordnung</translation>
    </message>
    <message>
      <source>Attention</source>
      <translation>Achtung</translation>
    </message>
    <message>
      <source>Fault</source>
      <translation>Störung</translation>
    </message>
    <message numerus="yes">
      <source>%n parts have to be mended.</source>
      <translation>
        <numerusform>Ein Teil muss in Ordnung gebracht werden.</numerusform>
        <numerusform>%n Teile müssen in Ordnung gebracht werden.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>It works; %n parts need attention.</source>
      <translation>
        <numerusform>Es läuft; ein Teil braucht Aufmerksamkeit.</numerusform>
        <numerusform>Es läuft; %n Teile brauchen Aufmerksamkeit.</numerusform>
      </translation>
    </message>
    <message>
      <source>Everything is in order.</source>
      <translation>Alles ist in Ordnung.</translation>
    </message>
    <message>
      <source>use the stronger encoder: write `encoder: sface_fp16` in config.yaml</source>
      <translation>den stärkeren Encoder verwenden: `encoder: sface_fp16` in config.yaml schreiben</translation>
    </message>
    <message>
      <source>built-in defaults</source>
      <translation>eingebaute Vorgaben</translation>
    </message>
    <message>
      <source>threshold {threshold}, margin {margin}</source>
      <translation>Schwelle {threshold}, Vorsprung {margin}</translation>
    </message>
    <message>
      <source>threshold {threshold} at most, less with more people; margin {margin}</source>
      <translation>Schwelle höchstens {threshold}, weniger bei mehr Personen; Vorsprung {margin}</translation>
    </message>
    <message>
      <source>mend the name under matching: `kiosk encoders` lists them</source>
      <translation>den Namen unter matching berichtigen: `kiosk encoders` zählt sie auf</translation>
    </message>
    <message>
      <source>write `threshold: auto` under matching, or run `kiosk calibrate`</source>
      <translation>unter matching `threshold: auto` schreiben oder `kiosk calibrate` ausführen</translation>
    </message>
    <message>
      <source>no encoder is called {names}</source>
      <translation>kein Encoder heißt {names}</translation>
    </message>
    <message>
      <source>nothing counts for {names}, the encoder in use is called {encoder}</source>
      <translation>für {names} gilt nichts, der benutzte Encoder heißt {encoder}</translation>
    </message>
    <message>
      <source>{folder}: people {people}, pictures {pictures}, skipped {skipped}</source>
      <translation>{folder}: Personen {people}, Bilder {pictures}, übergangen {skipped}</translation>
    </message>
    <message>
      <source>add pictures with `kiosk enrol NAME PICTURE`</source>
      <translation>Bilder hinzufügen mit `kiosk enrol NAME BILD`</translation>
    </message>
    <message>
      <source>see `kiosk people` for the reasons</source>
      <translation>`kiosk people` nennt die Gründe</translation>
    </message>
    <message>
      <source>{found}; that is many for {encoder}</source>
      <translation>{found}; das ist viel für {encoder}</translation>
    </message>
    <message>
      <source>is switched off in the configuration</source>
      <translation>ist in der Konfiguration abgeschaltet</translation>
    </message>
    <message>
      <source>speaks</source>
      <translation>spricht</translation>
    </message>
    <message>
      <source>{file} can be written</source>
      <translation>{file} ist beschreibbar</translation>
    </message>
    <message numerus="yes">
      <source>%n people are described</source>
      <translation>
        <numerusform>zu einer Person gibt es Angaben</numerusform>
        <numerusform>zu %n Personen gibt es Angaben</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n members of staff have a PIN</source>
      <translation>
        <numerusform>eine Person des Personals hat eine PIN</numerusform>
        <numerusform>%n Personen des Personals haben eine PIN</numerusform>
      </translation>
    </message>
    <message>
      <source>type: kiosk staff add NAME --role installer</source>
      <translation>eingeben: kiosk staff add NAME --role installer</translation>
    </message>
    <message>
      <source>nobody has a PIN</source>
      <translation>niemand hat eine PIN</translation>
    </message>
    <message>
      <source>nobody of the staff may change settings</source>
      <translation>niemand vom Personal darf Einstellungen ändern</translation>
    </message>
    <message>
      <source>make room: without it the journal stops, and the door stays shut</source>
      <translation>Platz schaffen: ohne ihn endet das Protokoll, und die Tür bleibt zu</translation>
    </message>
    <message>
      <source>{gigabytes} GB free at {folder}</source>
      <translation>{gigabytes} GB frei bei {folder}</translation>
    </message>
    <message>
      <source>stands at {now}, before the journal's last entry of {last}</source>
      <translation>steht auf {now}, vor dem letzten Eintrag des Protokolls von {last}</translation>
    </message>
    <message>
      <source>set the clock; the journal would be out of order</source>
      <translation>die Uhr stellen; das Protokoll geriete sonst durcheinander</translation>
    </message>
    <message>
      <source>{now}, not synchronised</source>
      <translation>{now}, nicht synchronisiert</translation>
    </message>
    <message>
      <source>switch time synchronisation on: timedatectl set-ntp true</source>
      <translation>Zeitabgleich einschalten: timedatectl set-ntp true</translation>
    </message>
    <message>
      <source>run again with --debug and report it</source>
      <translation>mit --debug erneut starten und melden</translation>
    </message>
    <message>
      <source>none is used, the demo runs instead</source>
      <translation>keine in Gebrauch, stattdessen läuft die Demo</translation>
    </message>
    <message>
      <source>connect a camera</source>
      <translation>eine Kamera anschließen</translation>
    </message>
    <message>
      <source>nobody looks</source>
      <translation>niemand schaut</translation>
    </message>
    <message>
      <source>gives no picture; check its cable</source>
      <translation>liefert kein Bild; das Kabel prüfen</translation>
    </message>
    <message>
      <source>is being opened</source>
      <translation>wird geöffnet</translation>
    </message>
    <message>
      <source>the recording has ended</source>
      <translation>die Aufzeichnung ist zu Ende</translation>
    </message>
    <message>
      <source>{source}: {size}, {rate} frames a second, {dropped} dropped since the start</source>
      <translation>{source}: {size}, {rate} Bilder je Sekunde, {dropped} seit dem Start verworfen</translation>
    </message>
    <message>
      <source>more light lets a camera give more frames; or ask less of it in the settings</source>
      <translation>mit mehr Licht liefert eine Kamera mehr Bilder; oder in den Einstellungen weniger von ihr verlangen</translation>
    </message>
    <message>
      <source>is being loaded; the door stays locked meanwhile</source>
      <translation>wird geladen; die Tür bleibt so lange verriegelt</translation>
    </message>
    <message>
      <source>wait a moment</source>
      <translation>einen Moment warten</translation>
    </message>
    <message>
      <source>waits for frames</source>
      <translation>wartet auf Bilder</translation>
    </message>
    <message>
      <source>{rate} frames a second, {ms} ms a frame, {faces} faces a frame</source>
      <translation>{rate} Bilder je Sekunde, {ms} ms je Bild, {faces} Gesichter je Bild</translation>
    </message>
    <message>
      <source>close other programs, or give the encoder more cores in the settings</source>
      <translation>andere Programme schließen, oder dem Encoder in den Einstellungen mehr Kerne geben</translation>
    </message>
    <message numerus="yes">
      <source>%n faces have not moved for a minute. They neither open the door nor keep it shut.</source>
      <translation>
        <numerusform>Ein Gesicht hat sich seit einer Minute nicht bewegt. Es öffnet die Tür nicht und hält sie nicht verschlossen.</numerusform>
        <numerusform>%n Gesichter haben sich seit einer Minute nicht bewegt. Sie öffnen die Tür nicht und halten sie nicht verschlossen.</numerusform>
      </translation>
    </message>
    <message>
      <source>is locked until the recognition is loaded</source>
      <translation>ist verriegelt, bis die Erkennung geladen ist</translation>
    </message>
    <message>
      <source>is open</source>
      <translation>ist offen</translation>
    </message>
    <message>
      <source>is locked</source>
      <translation>ist verriegelt</translation>
    </message>
    <message>
      <source>is being loaded</source>
      <translation>wird geladen</translation>
    </message>
    <message>
      <source>the kiosk takes {taken} MB, {left} MB are free</source>
      <translation>der Kiosk belegt {taken} MB, {left} MB sind frei</translation>
    </message>
    <message>
      <source>close other programs, or start the machine again</source>
      <translation>andere Programme schließen, oder den Rechner neu starten</translation>
    </message>
    <message>
      <source>let air to the machine: dust, sun and a closed case make it hot</source>
      <translation>Luft an den Rechner lassen: Staub, Sonne und ein geschlossenes Gehäuse machen ihn heiß</translation>
    </message>
    <message>
      <source>{threshold} is not used: it is on another encoder's scale, {encoder} works around {own}</source>
      <translation>{threshold} wird nicht verwendet: das ist die Skala eines anderen Encoders, {encoder} arbeitet um {own}</translation>
    </message>
    <message>
      <source>{threshold} is more lenient than {encoder}'s own {own}: more strangers get in</source>
      <translation>{threshold} ist nachsichtiger als der eigene Wert von {encoder}, {own}: mehr Fremde kommen hinein</translation>
    </message>
    <message>
      <source>{threshold} is on another encoder's scale: {encoder} works around {own}</source>
      <translation>{threshold} gehört zur Skala eines anderen Encoders: {encoder} arbeitet um {own}</translation>
    </message>
  </context>
  <context>
    <name>journal</name>
    <message numerus="yes">
      <source>%n people</source>
      <translation>
        <numerusform>eine Person</numerusform>
        <numerusform>%n Personen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n pictures</source>
      <translation>
        <numerusform>ein Bild</numerusform>
        <numerusform>%n Bilder</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n faces</source>
      <translation>
        <numerusform>ein Gesicht</numerusform>
        <numerusform>%n Gesichter</numerusform>
      </translation>
    </message>
    <message>
      <source>role: reception</source>
      <translation>Rolle: Empfang</translation>
    </message>
    <message>
      <source>role: installer</source>
      <translation>Rolle: Technik</translation>
    </message>
    <message>
      <source>shown name</source>
      <translation>gezeigter Name</translation>
    </message>
    <message>
      <source>spoken name</source>
      <translation>gesprochener Name</translation>
    </message>
    <message>
      <source>staff number</source>
      <translation>Personalnummer</translation>
    </message>
    <message>
      <source>card id</source>
      <translation>Kartennummer</translation>
    </message>
    <message>
      <source>e-mail</source>
      <translation>E-Mail</translation>
    </message>
    <message>
      <source>valid from</source>
      <translation>gültig ab</translation>
    </message>
    <message>
      <source>valid until</source>
      <translation>gültig bis</translation>
    </message>
    <message>
      <source>group</source>
      <translation>Gruppe</translation>
    </message>
    <message>
      <source>consent</source>
      <translation>Einwilligung</translation>
    </message>
    <message>
      <source>Back to the list</source>
      <translation>Zurück zur Liste</translation>
    </message>
    <message>
      <source>Only this person</source>
      <translation>Nur diese Person</translation>
    </message>
    <message>
      <source>Distances of this person</source>
      <translation>Distanzen dieser Person</translation>
    </message>
    <message>
      <source>Everybody</source>
      <translation>Alle</translation>
    </message>
    <message>
      <source>Every day</source>
      <translation>Alle Tage</translation>
    </message>
    <message>
      <source>Person</source>
      <translation>Person</translation>
    </message>
    <message>
      <source>Outcome</source>
      <translation>Ergebnis</translation>
    </message>
    <message>
      <source>All results</source>
      <translation>Alle Ergebnisse</translation>
    </message>
    <message>
      <source>Reason</source>
      <translation>Grund</translation>
    </message>
    <message>
      <source>All reasons</source>
      <translation>Alle Gründe</translation>
    </message>
    <message>
      <source>Day</source>
      <translation>Tag</translation>
    </message>
    <message>
      <source>No decision with a distance fits the choice above.</source>
      <translation>Keine Entscheidung mit einer Distanz passt zur Auswahl oben.</translation>
    </message>
    <message>
      <source>Every distance lies within the threshold; the largest leaves {room} to it.</source>
      <translation>Jede Distanz liegt innerhalb der Schwelle; die größte lässt {room} bis dahin.</translation>
    </message>
    <message>
      <source>Some distances lie above the threshold, by {excess} at most: more pictures of the person, or a slightly higher threshold, would let them pass.</source>
      <translation>Einige Distanzen liegen über der Schwelle, höchstens um {excess}: Mit mehr Bildern der Person oder einer etwas höheren Schwelle kämen sie durch.</translation>
    </message>
    <message>
      <source>Most distances lie far above the threshold though the pictures were good: this was somebody else, or the enrolled pictures do not look like the person any more.</source>
      <translation>Die meisten Distanzen liegen weit über der Schwelle, obwohl die Aufnahmen gut waren: Das war jemand anderes, oder die erfassten Bilder sehen der Person nicht mehr ähnlich.</translation>
    </message>
    <message>
      <source>Some distances lie far above the threshold though the pictures were good: these may have been other people.</source>
      <translation>Einige Distanzen liegen weit über der Schwelle, obwohl die Aufnahmen gut waren: Das können andere Personen gewesen sein.</translation>
    </message>
    <message>
      <source>Distances lie above the threshold only where the picture was dark: more light would help.</source>
      <translation>Die Distanzen liegen nur dort über der Schwelle, wo das Bild dunkel war: Mehr Licht würde helfen.</translation>
    </message>
    <message>
      <source>Distances lie above the threshold only where the picture was bright: less light would help.</source>
      <translation>Die Distanzen liegen nur dort über der Schwelle, wo das Bild zu hell war: Weniger Licht würde helfen.</translation>
    </message>
    <message>
      <source>Distances lie above the threshold only where the picture was blurred: clean and focus the camera, or give it more light.</source>
      <translation>Die Distanzen liegen nur dort über der Schwelle, wo das Bild unscharf war: Reinigen Sie die Kamera und stellen Sie sie scharf, oder geben Sie ihr mehr Licht.</translation>
    </message>
    <message>
      <source>Distances lie above the threshold only where the face was small: people stand too far from the camera.</source>
      <translation>Die Distanzen liegen nur dort über der Schwelle, wo das Gesicht klein war: Die Personen stehen zu weit von der Kamera entfernt.</translation>
    </message>
    <message>
      <source>Distances lie above the threshold only where the face was turned aside: people do not look at the camera.</source>
      <translation>Die Distanzen liegen nur dort über der Schwelle, wo das Gesicht abgewandt war: Die Personen sehen nicht in die Kamera.</translation>
    </message>
    <message>
      <source>What the door decided, newest first</source>
      <translation>Was die Tür entschied, Neuestes zuerst</translation>
    </message>
    <message>
      <source>What the staff did, newest first</source>
      <translation>Was das Personal tat, Neuestes zuerst</translation>
    </message>
    <message>
      <source>Door</source>
      <translation>Tür</translation>
    </message>
    <message>
      <source>Staff</source>
      <translation>Personal</translation>
    </message>
    <message>
      <source>Plot</source>
      <translation>Diagramm</translation>
    </message>
    <message>
      <source>No decision fits the choice above.</source>
      <translation>Keine Entscheidung passt zur Auswahl oben.</translation>
    </message>
    <message>
      <source>Nothing stands here yet.</source>
      <translation>Hier steht noch nichts.</translation>
    </message>
    <message>
      <source>Distances over time</source>
      <translation>Distanzen im Lauf der Zeit</translation>
    </message>
    <message>
      <source>● let in   ✕ refused   ▲ refused, picture poor   ┅ threshold {threshold}; smaller = closer   {first} to {last}</source>
      <translation>● eingelassen   ✕ abgewiesen   ▲ abgewiesen, Bild schlecht   ┅ Schwelle {threshold}; kleiner = ähnlicher   {first} bis {last}</translation>
    </message>
    <message>
      <source>; </source>
      <translation>; </translation>
    </message>
    <message>
      <source>face small</source>
      <translation>Gesicht klein</translation>
    </message>
    <message>
      <source>picture dark</source>
      <translation>Bild dunkel</translation>
    </message>
    <message>
      <source>picture bright</source>
      <translation>Bild hell</translation>
    </message>
    <message>
      <source>picture blurred</source>
      <translation>Bild unscharf</translation>
    </message>
    <message>
      <source>face turned aside</source>
      <translation>Gesicht abgewandt</translation>
    </message>
    <message>
      <source>Let in</source>
      <translation>Eingelassen</translation>
    </message>
    <message>
      <source>Refused</source>
      <translation>Abgewiesen</translation>
    </message>
    <message>
      <source>Recognised</source>
      <translation>Erkannt</translation>
    </message>
    <message>
      <source>Came back soon</source>
      <translation>Bald zurückgekommen</translation>
    </message>
    <message>
      <source>Nobody enrolled</source>
      <translation>Niemand erfasst</translation>
    </message>
    <message>
      <source>Not recognised</source>
      <translation>Nicht erkannt</translation>
    </message>
    <message>
      <source>Not clear who it is</source>
      <translation>Nicht eindeutig, wer es ist</translation>
    </message>
    <message>
      <source>Suspended</source>
      <translation>Gesperrt</translation>
    </message>
    <message>
      <source>Not valid yet</source>
      <translation>Noch nicht gültig</translation>
    </message>
    <message>
      <source>Not valid any more</source>
      <translation>Nicht mehr gültig</translation>
    </message>
    <message>
      <source>Door test</source>
      <translation>Türtest</translation>
    </message>
    <message>
      <source>Fault</source>
      <translation>Störung</translation>
    </message>
    <message>
      <source>Nearest: {name}, distance {distance}</source>
      <translation>Am nächsten: {name}, Distanz {distance}</translation>
    </message>
    <message>
      <source>Second: {name}, distance {distance}</source>
      <translation>Danach: {name}, Distanz {distance}</translation>
    </message>
    <message numerus="yes">
      <source>Threshold {threshold}, margin {margin}, among %n people</source>
      <translation>
        <numerusform>Schwelle {threshold}, Vorsprung {margin}, unter einer Person</numerusform>
        <numerusform>Schwelle {threshold}, Vorsprung {margin}, unter %n Personen</numerusform>
      </translation>
    </message>
    <message>
      <source>Picture: face {size} px, brightness {light} of 255, sharpness {sharpness}</source>
      <translation>Bild: Gesicht {size} px, Helligkeit {light} von 255, Schärfe {sharpness}</translation>
    </message>
    <message>
      <source>Encoder {encoder}</source>
      <translation>Encoder {encoder}</translation>
    </message>
    <message>
      <source>the command line</source>
      <translation>Kommandozeile</translation>
    </message>
    <message>
      <source>not clear who it is: closest {name} at {distance}, needs {threshold}</source>
      <translation>nicht eindeutig: am nächsten {name} mit {distance}, nötig {threshold}</translation>
    </message>
    <message>
      <source>let in: {name}</source>
      <translation>eingelassen: {name}</translation>
    </message>
    <message>
      <source>let in: {name} at {distance}, needs {threshold}</source>
      <translation>eingelassen: {name} mit {distance}, nötig {threshold}</translation>
    </message>
    <message>
      <source>let in again: {name} at {distance}, needs {threshold}</source>
      <translation>wieder eingelassen: {name} mit {distance}, nötig {threshold}</translation>
    </message>
    <message>
      <source>not recognised: nobody is enrolled</source>
      <translation>nicht erkannt: niemand ist erfasst</translation>
    </message>
    <message>
      <source>not recognised: closest {name} at {distance}, needs {threshold}</source>
      <translation>nicht erkannt: am nächsten {name} mit {distance}, nötig {threshold}</translation>
    </message>
    <message>
      <source>not clear who it is: {name} at {distance}, {second} at {second_distance}; must be {margin} apart</source>
      <translation>nicht eindeutig: {name} mit {distance}, {second} mit {second_distance}; nötig ist ein Vorsprung von {margin}</translation>
    </message>
    <message>
      <source>refused: {name} is suspended</source>
      <translation>abgewiesen: {name} ist gesperrt</translation>
    </message>
    <message>
      <source>refused: {name} may not enter yet</source>
      <translation>abgewiesen: {name} darf noch nicht eintreten</translation>
    </message>
    <message>
      <source>refused: {name} may not enter any more</source>
      <translation>abgewiesen: {name} darf nicht mehr eintreten</translation>
    </message>
    <message>
      <source>opened for a test of the door</source>
      <translation>zum Test der Tür geöffnet</translation>
    </message>
    <message>
      <source>refused because of a fault: {detail}</source>
      <translation>wegen einer Störung abgewiesen: {detail}</translation>
    </message>
    <message>
      <source>{staff} signed in</source>
      <translation>{staff}: angemeldet</translation>
    </message>
    <message>
      <source>a wrong PIN was typed</source>
      <translation>eine falsche PIN wurde eingegeben</translation>
    </message>
    <message>
      <source>too many wrong PINs were typed; the staff side was locked</source>
      <translation>zu viele falsche PINs wurden eingegeben; der Personalbereich wurde gesperrt</translation>
    </message>
    <message>
      <source>{staff} left full screen</source>
      <translation>{staff} hat den Vollbildmodus verlassen</translation>
    </message>
    <message>
      <source>{staff} ended the kiosk</source>
      <translation>{staff} hat den Kiosk beendet</translation>
    </message>
    <message>
      <source>{staff} gave {subject} a PIN</source>
      <translation>{staff}: PIN an {subject} vergeben</translation>
    </message>
    <message>
      <source>{staff} took the PIN of {subject} away</source>
      <translation>{staff}: PIN von {subject} entzogen</translation>
    </message>
    <message>
      <source>{staff} gave {subject} a new PIN</source>
      <translation>{staff}: neue PIN an {subject} vergeben</translation>
    </message>
    <message>
      <source>{staff} enrolled {subject}</source>
      <translation>{staff}: {subject} erfasst</translation>
    </message>
    <message>
      <source>{staff} added pictures of {subject}</source>
      <translation>{staff}: Bilder von {subject} hinzugefügt</translation>
    </message>
    <message>
      <source>{staff} removed pictures of {subject}</source>
      <translation>{staff}: Bilder von {subject} entfernt</translation>
    </message>
    <message>
      <source>{staff} renamed {subject} to {detail}</source>
      <translation>{staff}: {subject} in {detail} umbenannt</translation>
    </message>
    <message>
      <source>{staff} changed the data of {subject}</source>
      <translation>{staff}: Daten von {subject} geändert</translation>
    </message>
    <message>
      <source>{staff} suspended {subject}</source>
      <translation>{staff}: {subject} gesperrt</translation>
    </message>
    <message>
      <source>{staff} ended the suspension of {subject}</source>
      <translation>{staff}: Sperre von {subject} aufgehoben</translation>
    </message>
    <message>
      <source>{staff} erased {subject}</source>
      <translation>{staff}: {subject} gelöscht</translation>
    </message>
    <message>
      <source>{staff} exported {subject}</source>
      <translation>{staff}: {subject} exportiert</translation>
    </message>
    <message>
      <source>{staff} imported {subject}</source>
      <translation>{staff}: {subject} importiert</translation>
    </message>
    <message>
      <source>{staff} enrolled {subject}, who looks like somebody else</source>
      <translation>{staff}: {subject} trotz Ähnlichkeit mit jemand anderem erfasst</translation>
    </message>
    <message>
      <source>{staff} enrolled {subject} from the unknown visitors</source>
      <translation>{staff}: {subject} aus den unbekannten Besuchern erfasst</translation>
    </message>
    <message>
      <source>{staff} dismissed unknown visitors</source>
      <translation>{staff}: unbekannte Besucher verworfen</translation>
    </message>
    <message>
      <source>{staff} changed the setting {subject}</source>
      <translation>{staff}: Einstellung {subject} geändert</translation>
    </message>
    <message>
      <source>{staff} tested the door</source>
      <translation>{staff}: Tür getestet</translation>
    </message>
    <message>
      <source>{staff} tested the voice</source>
      <translation>{staff}: Stimme getestet</translation>
    </message>
    <message>
      <source>{staff} exported the whole gallery</source>
      <translation>{staff}: ganze Bildersammlung exportiert</translation>
    </message>
    <message>
      <source>{staff} imported a gallery</source>
      <translation>{staff}: Bildersammlung importiert</translation>
    </message>
  </context>
  <context>
    <name>keyboard</name>
    <message>
      <source>qwertyuiop asdfghjkl zxcvbnm</source>
      <extracomment>The letters of your language's keyboard, in three rows that are separated by blanks. The last row leaves room for two wide keys.</extracomment>
      <translation>qwertzuiopü asdfghjklöä yxcvbnmß</translation>
    </message>
    <message>
      <source>Keyboard on the screen</source>
      <translation>Bildschirmtastatur</translation>
    </message>
    <message>
      <source>Hold it for accents</source>
      <translation>Für Akzente gedrückt halten</translation>
    </message>
    <message>
      <source>Off</source>
      <translation>Aus</translation>
    </message>
    <message>
      <source>For one letter</source>
      <translation>Für einen Buchstaben</translation>
    </message>
    <message>
      <source>For all letters</source>
      <translation>Für alle Buchstaben</translation>
    </message>
    <message>
      <source>Capital letters</source>
      <translation>Großbuchstaben</translation>
    </message>
    <message>
      <source>Delete</source>
      <translation>Löschen</translation>
    </message>
    <message>
      <source>Blank</source>
      <translation>Leerzeichen</translation>
    </message>
    <message>
      <source>Next field</source>
      <translation>Nächstes Feld</translation>
    </message>
    <message>
      <source>Enter</source>
      <translation>Eingabe</translation>
    </message>
    <message>
      <source>Put the keyboard away</source>
      <translation>Tastatur ausblenden</translation>
    </message>
    <message>
      <source>Letters</source>
      <translation>Buchstaben</translation>
    </message>
    <message>
      <source>Digits and signs</source>
      <translation>Ziffern und Zeichen</translation>
    </message>
    <message>
      <source>Accents</source>
      <translation>Akzente</translation>
    </message>
  </context>
  <context>
    <name>people</name>
    <message>
      <source>What the door did</source>
      <translation>Was die Tür tat</translation>
    </message>
    <message>
      <source>Record consent</source>
      <translation>Einwilligung erfassen</translation>
    </message>
    <message>
      <source>Access and consent</source>
      <translation>Zutritt und Einwilligung</translation>
    </message>
    <message>
      <source>Allow again</source>
      <translation>Wieder zulassen</translation>
    </message>
    <message>
      <source>Suspend</source>
      <translation>Sperren</translation>
    </message>
    <message>
      <source>{name} is kept out from now on.</source>
      <translation>{name} wird ab jetzt nicht mehr eingelassen.</translation>
    </message>
    <message>
      <source>{name} may come in again.</source>
      <translation>{name} darf wieder eintreten.</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>Name</translation>
    </message>
    <message>
      <source>Hear it</source>
      <translation>Anhören</translation>
    </message>
    <message>
      <source>Save changes</source>
      <translation>Änderungen speichern</translation>
    </message>
    <message>
      <source>Undo</source>
      <translation>Rückgängig</translation>
    </message>
    <message>
      <source>Data</source>
      <translation>Daten</translation>
    </message>
    <message>
      <source>The changes are saved.</source>
      <translation>Die Änderungen sind gespeichert.</translation>
    </message>
    <message>
      <source>The name {fault}. Please type another.</source>
      <translation>Der Name {fault}. Bitte einen anderen eingeben.</translation>
    </message>
    <message>
      <source>This cannot be used. Check it, or leave it empty.</source>
      <translation>Das ist so nicht möglich. Prüfen Sie es, oder lassen Sie es leer.</translation>
    </message>
    <message>
      <source>This is no day of the calendar.</source>
      <translation>Diesen Tag gibt es im Kalender nicht.</translation>
    </message>
    <message>
      <source>The last day is before the first one.</source>
      <translation>Der letzte Tag liegt vor dem ersten.</translation>
    </message>
    <message>
      <source>Such as {day}; empty = no limit.</source>
      <translation>Zum Beispiel {day}; leer = unbegrenzt.</translation>
    </message>
    <message>
      <source>Only where it differs.</source>
      <translation>Nur wenn er abweicht.</translation>
    </message>
    <message>
      <source>Name on the screen</source>
      <translation>Name auf dem Bildschirm</translation>
    </message>
    <message>
      <source>Name as it is spoken</source>
      <translation>Name, wie er gesprochen wird</translation>
    </message>
    <message>
      <source>Staff number</source>
      <translation>Personalnummer</translation>
    </message>
    <message>
      <source>Card number</source>
      <translation>Kartennummer</translation>
    </message>
    <message>
      <source>E-mail</source>
      <translation>E-Mail</translation>
    </message>
    <message>
      <source>Group</source>
      <translation>Gruppe</translation>
    </message>
    <message>
      <source>Valid from</source>
      <translation>Gültig ab</translation>
    </message>
    <message>
      <source>Valid until</source>
      <translation>Gültig bis</translation>
    </message>
    <message>
      <source>Where to</source>
      <translation>Wohin</translation>
    </message>
    <message>
      <source>Insert a USB stick to take the zip with you; otherwise it stays on this computer.</source>
      <translation>Um das Zip mitzunehmen, einen USB-Stick einstecken; sonst bleibt es auf diesem Rechner.</translation>
    </message>
    <message>
      <source>Export everything known</source>
      <translation>Alles Bekannte exportieren</translation>
    </message>
    <message>
      <source>Erase this person …</source>
      <translation>Diese Person löschen …</translation>
    </message>
    <message>
      <source>Type the name to confirm</source>
      <translation>Zur Bestätigung den Namen eingeben</translation>
    </message>
    <message>
      <source>Erase for good</source>
      <translation>Endgültig löschen</translation>
    </message>
    <message>
      <source>Do not erase</source>
      <translation>Nicht löschen</translation>
    </message>
    <message>
      <source>Pictures, templates, data and consent are removed, and a number takes the place of the name in the journal. This cannot be undone.</source>
      <translation>Bilder, Vorlagen, Daten und Einwilligung werden entfernt, und im Protokoll tritt eine Nummer an die Stelle des Namens. Das lässt sich nicht rückgängig machen.</translation>
    </message>
    <message>
      <source>Export and erase</source>
      <translation>Exportieren und löschen</translation>
    </message>
    <message>
      <source>A zip with pictures, data and journal lines, for the person.</source>
      <translation>Ein Zip mit Bildern, Daten und Protokollzeilen, für die Person.</translation>
    </message>
    <message>
      <source>Exported to {file}</source>
      <translation>Exportiert nach {file}</translation>
    </message>
    <message>
      <source>Done</source>
      <translation>Fertig</translation>
    </message>
    <message>
      <source>The person is erased. This was removed:</source>
      <translation>Die Person ist gelöscht. Entfernt wurden:</translation>
    </message>
    <message>
      <source>Not everything could be erased. This was removed:</source>
      <translation>Nicht alles konnte gelöscht werden. Entfernt wurden:</translation>
    </message>
    <message>
      <source>Mend what is named here, then erase the person once more.</source>
      <translation>Beheben Sie, was hier genannt ist, und löschen Sie die Person dann noch einmal.</translation>
    </message>
    <message numerus="yes">
      <source>%n people</source>
      <translation>
        <numerusform>Eine Person</numerusform>
        <numerusform>%n Personen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>{shown} of %n people</source>
      <translation>
        <numerusform>{shown} von einer Person</numerusform>
        <numerusform>{shown} von %n Personen</numerusform>
      </translation>
    </message>
    <message>
      <source>Pictures</source>
      <translation>Bilder</translation>
    </message>
    <message>
      <source>Last seen</source>
      <translation>Zuletzt gesehen</translation>
    </message>
    <message>
      <source>Access</source>
      <translation>Zutritt</translation>
    </message>
    <message>
      <source>Back to everybody</source>
      <translation>Zurück zu allen</translation>
    </message>
    <message>
      <source>Export everybody</source>
      <translation>Alle exportieren</translation>
    </message>
    <message>
      <source>Choose a zip</source>
      <translation>Zip auswählen</translation>
    </message>
    <message numerus="yes">
      <source>%n people are exported to {file}</source>
      <translation>
        <numerusform>Eine Person wurde nach {file} exportiert</numerusform>
        <numerusform>%n Personen wurden nach {file} exportiert</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n people came in.</source>
      <translation>
        <numerusform>Eine Person ist dazugekommen.</numerusform>
        <numerusform>%n Personen sind dazugekommen.</numerusform>
      </translation>
    </message>
    <message>
      <source>Pictures and data of everybody, for another machine. The journal stays here.</source>
      <translation>Bilder und Daten aller, für einen anderen Rechner. Das Protokoll bleibt hier.</translation>
    </message>
    <message>
      <source>All of a zip comes in, or nothing where anything about it is not as it should be.</source>
      <translation>Ein Zip kommt ganz herein, oder gar nicht, wenn etwas daran nicht stimmt.</translation>
    </message>
    <message>
      <source>Export</source>
      <translation>Exportieren</translation>
    </message>
    <message>
      <source>Import</source>
      <translation>Importieren</translation>
    </message>
    <message>
      <source>Export and import</source>
      <translation>Export und Import</translation>
    </message>
    <message>
      <source>Search</source>
      <translation>Suchen</translation>
    </message>
    <message>
      <source>Name, group or number</source>
      <translation>Name, Gruppe oder Nummer</translation>
    </message>
    <message>
      <source>Show</source>
      <translation>Anzeigen</translation>
    </message>
    <message>
      <source>Enrol somebody</source>
      <translation>Jemanden erfassen</translation>
    </message>
    <message>
      <source>People</source>
      <translation>Personen</translation>
    </message>
    <message>
      <source>Nobody is enrolled yet.</source>
      <translation>Noch ist niemand erfasst.</translation>
    </message>
    <message>
      <source>Nobody found.</source>
      <translation>Niemand gefunden.</translation>
    </message>
    <message>
      <source>Everybody</source>
      <translation>Alle</translation>
    </message>
    <message>
      <source>Without consent</source>
      <translation>Ohne Einwilligung</translation>
    </message>
    <message>
      <source>Kept out</source>
      <translation>Nicht zugelassen</translation>
    </message>
    <message>
      <source>Pictures to improve</source>
      <translation>Mit verbesserbaren Bildern</translation>
    </message>
    <message>
      <source>This person is not in the gallery any more.</source>
      <translation>Diese Person ist nicht mehr in der Bildersammlung.</translation>
    </message>
    <message>
      <source>The consent is recorded.</source>
      <translation>Die Einwilligung ist erfasst.</translation>
    </message>
    <message>
      <source>Being looked at …</source>
      <translation>Wird geprüft …</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>Entfernen</translation>
    </message>
    <message>
      <source>Remove picture {number}</source>
      <translation>Bild {number} entfernen</translation>
    </message>
    <message>
      <source>Picture {number}</source>
      <translation>Bild {number}</translation>
    </message>
    <message>
      <source>Add pictures</source>
      <translation>Bilder hinzufügen</translation>
    </message>
    <message>
      <source>It is the last one: the door will not know the person any more.</source>
      <translation>Es ist das letzte: Die Tür wird die Person nicht mehr kennen.</translation>
    </message>
    <message>
      <source>The picture cannot be brought back.</source>
      <translation>Das Bild lässt sich nicht zurückholen.</translation>
    </message>
    <message>
      <source>Keep it</source>
      <translation>Behalten</translation>
    </message>
    <message>
      <source>Remove this picture?</source>
      <translation>Dieses Bild entfernen?</translation>
    </message>
    <message numerus="yes">
      <source>%n pictures were removed.</source>
      <translation>
        <numerusform>Ein Bild wurde entfernt.</numerusform>
        <numerusform>%n Bilder wurden entfernt.</numerusform>
      </translation>
    </message>
    <message>
      <source>Good</source>
      <translation>Gut</translation>
    </message>
    <message>
      <source>Few</source>
      <translation>Wenige</translation>
    </message>
    <message>
      <source>They differ</source>
      <translation>Uneinheitlich</translation>
    </message>
    <message>
      <source>None usable</source>
      <translation>Keines brauchbar</translation>
    </message>
    <message>
      <source>These pictures serve well.</source>
      <translation>Diese Bilder eignen sich gut.</translation>
    </message>
    <message>
      <source>With three pictures or more, the door knows a person more surely.</source>
      <translation>Mit drei oder mehr Bildern erkennt die Tür eine Person sicherer.</translation>
    </message>
    <message>
      <source>One picture looks like somebody else. Remove it, or add more pictures that show the person.</source>
      <translation>Ein Bild sieht nach jemand anderem aus. Entfernen Sie es, oder fügen Sie weitere Bilder hinzu, die die Person zeigen.</translation>
    </message>
    <message>
      <source>Without a usable picture the door does not know this person.</source>
      <translation>Ohne ein brauchbares Bild kennt die Tür diese Person nicht.</translation>
    </message>
    <message>
      <source>May enter</source>
      <translation>Zugelassen</translation>
    </message>
    <message>
      <source>Suspended</source>
      <translation>Gesperrt</translation>
    </message>
    <message>
      <source>Not yet valid</source>
      <translation>Noch nicht gültig</translation>
    </message>
    <message>
      <source>Expired</source>
      <translation>Abgelaufen</translation>
    </message>
    <message>
      <source>{first} to {last}</source>
      <translation>{first} bis {last}</translation>
    </message>
    <message>
      <source>From {day}</source>
      <translation>Ab {day}</translation>
    </message>
    <message>
      <source>Until {day}</source>
      <translation>Bis {day}</translation>
    </message>
    <message>
      <source>No consent</source>
      <translation>Keine Einwilligung</translation>
    </message>
    <message>
      <source>Consent given</source>
      <translation>Einwilligung erteilt</translation>
    </message>
    <message>
      <source>Never</source>
      <translation>Nie</translation>
    </message>
    <message>
      <source>Today</source>
      <translation>Heute</translation>
    </message>
    <message>
      <source>Not seen yet</source>
      <translation>Noch nicht gesehen</translation>
    </message>
    <message>
      <source>Seen {day}</source>
      <translation>Gesehen: {day}</translation>
    </message>
    <message>
      <source>Good picture</source>
      <translation>Gutes Bild</translation>
    </message>
    <message>
      <source>No face found</source>
      <translation>Kein Gesicht gefunden</translation>
    </message>
    <message>
      <source>Small face</source>
      <translation>Kleines Gesicht</translation>
    </message>
    <message>
      <source>Dark</source>
      <translation>Dunkel</translation>
    </message>
    <message>
      <source>Very bright</source>
      <translation>Sehr hell</translation>
    </message>
    <message>
      <source>Blurred</source>
      <translation>Unscharf</translation>
    </message>
    <message>
      <source>Turned aside</source>
      <translation>Abgewandt</translation>
    </message>
    <message>
      <source>Not used yet</source>
      <translation>Noch nicht verwendet</translation>
    </message>
    <message>
      <source>Not used: {reason}</source>
      <translation>Nicht verwendet: {reason}</translation>
    </message>
    <message>
      <source>Fits the others: {distance}</source>
      <translation>Passt zu den anderen: {distance}</translation>
    </message>
    <message>
      <source>Unlike the others: {distance}</source>
      <translation>Weicht von den anderen ab: {distance}</translation>
    </message>
    <message>
      <source>The door opens for this person.</source>
      <translation>Die Tür öffnet sich für diese Person.</translation>
    </message>
    <message>
      <source>The door stays shut for this person until it is allowed again.</source>
      <translation>Die Tür bleibt für diese Person zu, bis sie wieder zugelassen ist.</translation>
    </message>
    <message>
      <source>The door opens for this person from {day} on.</source>
      <translation>Die Tür öffnet sich für diese Person ab {day}.</translation>
    </message>
    <message>
      <source>The door stays shut for this person since {day} has passed.</source>
      <translation>Die Tür bleibt für diese Person zu, da der {day} vorüber ist.</translation>
    </message>
    <message>
      <source>No consent is recorded. Ask the person to read the text and agree, or erase the pictures.</source>
      <translation>Es ist keine Einwilligung erfasst. Bitten Sie die Person, den Text zu lesen und einzuwilligen, oder löschen Sie die Bilder.</translation>
    </message>
    <message>
      <source>Agreed on {day} to version {version} of the text ({language}). Recorded by {staff}.</source>
      <translation>Eingewilligt am {day} in Fassung {version} des Textes ({language}). Erfasst von {staff}.</translation>
    </message>
    <message numerus="yes">
      <source>%n pictures</source>
      <translation>
        <numerusform>Ein Bild</numerusform>
        <numerusform>%n Bilder</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n files in recycle bins of the image folder</source>
      <translation>
        <numerusform>%n Datei in Papierkörben des Bilderordners</numerusform>
        <numerusform>%n Dateien in Papierkörben des Bilderordners</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n stored templates</source>
      <translation>
        <numerusform>Eine gespeicherte Vorlage</numerusform>
        <numerusform>%n gespeicherte Vorlagen</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n records of name, data and consent</source>
      <translation>
        <numerusform>Ein Datensatz mit Name, Daten und Einwilligung</numerusform>
        <numerusform>%n Datensätze mit Name, Daten und Einwilligung</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n kept faces of visitors who look alike</source>
      <translation>
        <numerusform>Ein aufbewahrtes Gesicht eines ähnlichen Besuchers</numerusform>
        <numerusform>%n aufbewahrte Gesichter ähnlicher Besucher</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n lines of the journal, where {number} stands instead</source>
      <translation>
        <numerusform>Eine Zeile im Protokoll, wo nun {number} steht</numerusform>
        <numerusform>%n Zeilen im Protokoll, wo nun {number} steht</numerusform>
      </translation>
    </message>
    <message>
      <source>Not searched: {folders}. Pictures of the person may be there: delete them by hand.</source>
      <translation>Nicht durchsucht: {folders}. Dort können noch Bilder der Person liegen: bitte von Hand löschen.</translation>
    </message>
  </context>
  <context>
    <name>picker</name>
    <message>
      <source>Files and folders</source>
      <translation>Dateien und Ordner</translation>
    </message>
    <message>
      <source>Folder {name}</source>
      <translation>Ordner {name}</translation>
    </message>
    <message>
      <source>{name}, chosen</source>
      <translation>{name}, ausgewählt</translation>
    </message>
    <message>
      <source>Back to the folder above</source>
      <translation>Zurück zum übergeordneten Ordner</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>Looking for USB sticks …</source>
      <translation>USB-Sticks werden gesucht …</translation>
    </message>
    <message>
      <source>The USB stick was removed.</source>
      <translation>Der USB-Stick wurde entfernt.</translation>
    </message>
    <message>
      <source>Insert a USB stick.</source>
      <translation>Einen USB-Stick einstecken.</translation>
    </message>
    <message>
      <source>Reading the folder …</source>
      <translation>Der Ordner wird gelesen …</translation>
    </message>
    <message>
      <source>Insert a USB stick, or copy files into {folder} on this computer.</source>
      <translation>Einen USB-Stick einstecken oder Dateien auf diesem Rechner nach {folder} kopieren.</translation>
    </message>
    <message>
      <source>Only the first {count} files of this folder are shown.</source>
      <translation>Nur die ersten {count} Dateien dieses Ordners werden angezeigt.</translation>
    </message>
    <message>
      <source>No pictures in this folder</source>
      <translation>Keine Bilder in diesem Ordner</translation>
    </message>
    <message>
      <source>No zip files in this folder</source>
      <translation>Keine Zip-Dateien in diesem Ordner</translation>
    </message>
    <message>
      <source>Import</source>
      <translation>Importieren</translation>
    </message>
    <message numerus="yes">
      <source>Add %n pictures</source>
      <translation>
        <numerusform>%n Bild hinzufügen</numerusform>
        <numerusform>%n Bilder hinzufügen</numerusform>
      </translation>
    </message>
    <message>
      <source>Add pictures</source>
      <translation>Bilder hinzufügen</translation>
    </message>
    <message>
      <source>Exchange folder</source>
      <translation>Austauschordner</translation>
    </message>
  </context>
  <context>
    <name>settings</name>
    <message>
      <source>No more frames can agree than are counted.</source>
      <translation>Es können nicht mehr Bilder übereinstimmen, als gezählt werden.</translation>
    </message>
    <message>
      <source>The least light must be below the most light.</source>
      <translation>Das geringste Licht muss unter dem stärksten liegen.</translation>
    </message>
    <message>
      <source>must not be empty</source>
      <translation>darf nicht leer sein</translation>
    </message>
    <message>
      <source>{option}: {reason}</source>
      <translation>{option}: {reason}</translation>
    </message>
    <message>
      <source>the braces do not match</source>
      <translation>die Klammern passen nicht zusammen</translation>
    </message>
    <message>
      <source>{names} is the only word that is filled in</source>
      <translation>{names} ist das einzige Wort, das ersetzt wird</translation>
    </message>
    <message>
      <source>Recognition</source>
      <translation>Erkennung</translation>
    </message>
    <message>
      <source>Comparison</source>
      <translation>Vergleich</translation>
    </message>
    <message>
      <source>Decision</source>
      <translation>Entscheidung</translation>
    </message>
    <message>
      <source>Door</source>
      <translation>Tür</translation>
    </message>
    <message>
      <source>Voice</source>
      <translation>Stimme</translation>
    </message>
    <message>
      <source>Screen</source>
      <translation>Bildschirm</translation>
    </message>
    <message>
      <source>Camera</source>
      <translation>Kamera</translation>
    </message>
    <message>
      <source>Picture quality</source>
      <translation>Bildqualität</translation>
    </message>
    <message>
      <source>Staff side</source>
      <translation>Personalbereich</translation>
    </message>
    <message>
      <source>Networks</source>
      <translation>Netze</translation>
    </message>
    <message>
      <source>Gallery</source>
      <translation>Bildersammlung</translation>
    </message>
    <message>
      <source>Journal</source>
      <translation>Protokoll</translation>
    </message>
    <message>
      <source>px</source>
      <translation>px</translation>
    </message>
    <message>
      <source>s</source>
      <translation>s</translation>
    </message>
    <message>
      <source>h</source>
      <translation>h</translation>
    </message>
    <message>
      <source>cores</source>
      <translation>Kerne</translation>
    </message>
    <message>
      <source>frames</source>
      <translation>Bilder</translation>
    </message>
    <message>
      <source>frames a second</source>
      <translation>Bilder je Sekunde</translation>
    </message>
    <message>
      <source>words a minute</source>
      <translation>Wörter je Minute</translation>
    </message>
    <message>
      <source>mean grey, 0 to 255</source>
      <translation>mittlerer Grauwert, 0 bis 255</translation>
    </message>
    <message>
      <source>variance of the Laplacian</source>
      <translation>Varianz des Laplace-Filters</translation>
    </message>
    <message>
      <source>part of the eye distance</source>
      <translation>Teil des Augenabstands</translation>
    </message>
    <message>
      <source>distance</source>
      <translation>Distanz</translation>
    </message>
    <message>
      <source>part</source>
      <translation>Anteil</translation>
    </message>
    <message>
      <source>of strangers' visits</source>
      <translation>der Besuche Fremder</translation>
    </message>
    <message>
      <source>copies</source>
      <translation>Kopien</translation>
    </message>
    <message>
      <source>looks</source>
      <translation>Blicke</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>Automatisch</translation>
    </message>
    <message>
      <source>Dark</source>
      <translation>Dunkel</translation>
    </message>
    <message>
      <source>Light</source>
      <translation>Hell</translation>
    </message>
    <message>
      <source>On</source>
      <translation>An</translation>
    </message>
    <message>
      <source>Off</source>
      <translation>Aus</translation>
    </message>
    <message>
      <source>The nearest picture</source>
      <translation>Das ähnlichste Bild</translation>
    </message>
    <message>
      <source>The mean of all pictures</source>
      <translation>Das Mittel aller Bilder</translation>
    </message>
    <message>
      <source>The mean of the two nearest pictures</source>
      <translation>Das Mittel der zwei ähnlichsten Bilder</translation>
    </message>
    <message>
      <source>Encoder</source>
      <translation>Encoder</translation>
    </message>
    <message>
      <source>The network that makes a face into numbers. Several work together as one.</source>
      <translation>Das Netz, das aus einem Gesicht Zahlen macht. Mehrere arbeiten wie eines zusammen.</translation>
    </message>
    <message>
      <source>Detector</source>
      <translation>Detektor</translation>
    </message>
    <message>
      <source>What finds the faces in the picture.</source>
      <translation>Was die Gesichter im Bild findet.</translation>
    </message>
    <message>
      <source>Folder of networks</source>
      <translation>Ordner der Netze</translation>
    </message>
    <message>
      <source>Where further encoders and detectors are looked for.</source>
      <translation>Wo weitere Encoder und Detektoren gesucht werden.</translation>
    </message>
    <message>
      <source>Processor cores</source>
      <translation>Prozessorkerne</translation>
    </message>
    <message>
      <source>How many the encoder may use. More = faster, until the machine has no more.</source>
      <translation>Wie viele der Encoder nutzen darf. Mehr = schneller, bis der Rechner keine mehr hat.</translation>
    </message>
    <message>
      <source>Source</source>
      <translation>Quelle</translation>
    </message>
    <message>
      <source>Where the picture comes from: a camera, a video file, a stream, a folder of stills or the demo.</source>
      <translation>Woher das Bild kommt: von einer Kamera, aus einer Videodatei, einem Stream, einem Ordner mit Standbildern oder der Demo.</translation>
    </message>
    <message>
      <source>Picture width</source>
      <translation>Bildbreite</translation>
    </message>
    <message>
      <source>What the camera is asked for; it may give another.</source>
      <translation>Was von der Kamera verlangt wird; sie kann anderes liefern.</translation>
    </message>
    <message>
      <source>Picture height</source>
      <translation>Bildhöhe</translation>
    </message>
    <message>
      <source>Picture rate</source>
      <translation>Bildrate</translation>
    </message>
    <message>
      <source>Camera counts as lost after</source>
      <translation>Kamera gilt als verloren nach</translation>
    </message>
    <message>
      <source>A picture that has not changed for so long means that the camera is lost.</source>
      <translation>Ein Bild, das sich so lange nicht geändert hat, bedeutet, dass die Kamera verloren ist.</translation>
    </message>
    <message>
      <source>Smallest face</source>
      <translation>Kleinstes Gesicht</translation>
    </message>
    <message>
      <source>Smaller faces are asked to come closer. Higher = people stand nearer.</source>
      <translation>Wer kleiner zu sehen ist, wird gebeten, näher zu kommen. Höher = man steht näher.</translation>
    </message>
    <message>
      <source>Least light</source>
      <translation>Geringstes Licht</translation>
    </message>
    <message>
      <source>Darker faces are asked for more light. Higher = stricter.</source>
      <translation>Bei dunkleren Gesichtern wird um mehr Licht gebeten. Höher = strenger.</translation>
    </message>
    <message>
      <source>Most light</source>
      <translation>Stärkstes Licht</translation>
    </message>
    <message>
      <source>Brighter faces are asked for less light. Lower = stricter.</source>
      <translation>Bei helleren Gesichtern wird um weniger Licht gebeten. Niedriger = strenger.</translation>
    </message>
    <message>
      <source>Least sharpness</source>
      <translation>Geringste Schärfe</translation>
    </message>
    <message>
      <source>More blurred faces are asked to hold still. Higher = stricter.</source>
      <translation>Wer unschärfer zu sehen ist, wird gebeten, stillzuhalten. Höher = strenger.</translation>
    </message>
    <message>
      <source>Largest turn of the head</source>
      <translation>Größte Drehung des Kopfes</translation>
    </message>
    <message>
      <source>How far a face may look aside. Lower = stricter; 0 = straight ahead only.</source>
      <translation>Wie weit ein Gesicht zur Seite sehen darf. Niedriger = strenger; 0 = nur geradeaus.</translation>
    </message>
    <message>
      <source>Threshold</source>
      <translation>Schwelle</translation>
    </message>
    <message>
      <source>A face that is farther from everybody than this is nobody. Lower = stricter, higher = more lenient.</source>
      <translation>Ein Gesicht, das von allen weiter entfernt ist, ist niemand. Niedriger = strenger, höher = nachsichtiger.</translation>
    </message>
    <message>
      <source>Margin</source>
      <translation>Vorsprung</translation>
    </message>
    <message>
      <source>The next best person must be farther away by this. Higher = stricter.</source>
      <translation>Um so viel muss die nächstbeste Person weiter entfernt sein. Höher = strenger.</translation>
    </message>
    <message>
      <source>How often a stranger may be let in</source>
      <translation>Wie oft ein Fremder eingelassen werden darf</translation>
    </message>
    <message>
      <source>0.0001 = one visit in 10,000. The automatic threshold follows this and the number of people. Lower = stricter.</source>
      <translation>0,0001 = ein Besuch von 10.000. Die automatische Schwelle folgt dem und der Zahl der Personen. Kleiner = strenger.</translation>
    </message>
    <message>
      <source>Frames that are averaged</source>
      <translation>Bilder, die gemittelt werden</translation>
    </message>
    <message>
      <source>So many frames of a face are averaged before it is compared; better ones count more. 1 = each by itself.</source>
      <translation>So viele Kamerabilder eines Gesichts werden gemittelt, bevor es verglichen wird; bessere zählen mehr. 1 = jedes für sich.</translation>
    </message>
    <message>
      <source>Several pictures of a person</source>
      <translation>Mehrere Bilder einer Person</translation>
    </message>
    <message>
      <source>What of them a face is compared with.</source>
      <translation>Womit von ihnen ein Gesicht verglichen wird.</translation>
    </message>
    <message>
      <source>Comparison with strangers</source>
      <translation>Vergleich mit Fremden</translation>
    </message>
    <message>
      <source>A face that is near to everybody is near to nobody. Automatic = where the encoder brings its strangers along; on = they must be there.</source>
      <translation>Ein Gesicht, das allen ähnelt, ist noch niemandes. Automatisch = wo der Encoder seine Fremden mitbringt; ein = sie müssen da sein.</translation>
    </message>
    <message>
      <source>Moved copies of a picture</source>
      <translation>Verschobene Kopien eines Bildes</translation>
    </message>
    <message>
      <source>Each picture of the gallery is looked at so many times more, a little moved, and averaged. More = surer, and read more slowly; 0 = the picture alone.</source>
      <translation>Jedes Bild der Bildersammlung wird so viele Male mehr betrachtet, ein wenig verschoben, und gemittelt. Mehr = sicherer und langsamer gelesen; 0 = nur das Bild selbst.</translation>
    </message>
    <message>
      <source>Looks at eyes and nose</source>
      <translation>Blicke auf Augen und Nase</translation>
    </message>
    <message>
      <source>2 = a second look, at the face put upright, checks the first; where they disagree, the face is looked for once more.</source>
      <translation>2 = ein zweiter Blick, auf das aufgerichtete Gesicht, prüft den ersten; wo beide sich nicht einig sind, wird das Gesicht noch einmal gesucht.</translation>
    </message>
    <message>
      <source>Frames that must agree</source>
      <translation>Bilder, die übereinstimmen müssen</translation>
    </message>
    <message>
      <source>So many must name the same person. Higher = stricter and slower.</source>
      <translation>So viele müssen dieselbe Person nennen. Höher = strenger und langsamer.</translation>
    </message>
    <message>
      <source>Frames that are counted</source>
      <translation>Bilder, die gezählt werden</translation>
    </message>
    <message>
      <source>The last frames among which those that agree are counted. Higher = more patient.</source>
      <translation>Die letzten Bilder, unter denen die übereinstimmenden gezählt werden. Höher = geduldiger.</translation>
    </message>
    <message>
      <source>No second greeting within</source>
      <translation>Keine zweite Begrüßung innerhalb von</translation>
    </message>
    <message>
      <source>Who comes back within this time is let in without a greeting.</source>
      <translation>Wer innerhalb dieser Zeit zurückkommt, wird ohne Begrüßung eingelassen.</translation>
    </message>
    <message>
      <source>Counts as gone after</source>
      <translation>Gilt als gegangen nach</translation>
    </message>
    <message>
      <source>Who was out of sight for less has not left; the door is not opened again.</source>
      <translation>Wer kürzer außer Sicht war, ist nicht gegangen; die Tür wird nicht erneut geöffnet.</translation>
    </message>
    <message>
      <source>Pause after a refusal</source>
      <translation>Pause nach einer Abweisung</translation>
    </message>
    <message>
      <source>After it the same face is tried again. The pause doubles each time, up to 60 seconds.</source>
      <translation>Danach wird dasselbe Gesicht erneut geprüft. Die Pause verdoppelt sich jedes Mal, bis zu 60 Sekunden.</translation>
    </message>
    <message>
      <source>Image folder</source>
      <translation>Bilderordner</translation>
    </message>
    <message>
      <source>The folder with the pictures of everybody who is known.</source>
      <translation>Der Ordner mit den Bildern aller, die bekannt sind.</translation>
    </message>
    <message>
      <source>Door stays open for</source>
      <translation>Tür bleibt offen für</translation>
    </message>
    <message>
      <source>How long the door is unlocked when somebody is let in.</source>
      <translation>Wie lange die Tür entriegelt ist, wenn jemand eingelassen wird.</translation>
    </message>
    <message>
      <source>Journal file</source>
      <translation>Protokolldatei</translation>
    </message>
    <message>
      <source>Where decisions are written down. Empty = in the user's data folder.</source>
      <translation>Wo Entscheidungen aufgeschrieben werden. Leer = im Datenordner des Benutzers.</translation>
    </message>
    <message>
      <source>Who is let in hears a welcome.</source>
      <translation>Wer eingelassen wird, hört eine Begrüßung.</translation>
    </message>
    <message>
      <source>Welcome</source>
      <translation>Begrüßung</translation>
    </message>
    <message>
      <source>What is said and shown. The word names in braces stands for who was let in; auto = a welcome in the screen's language.</source>
      <translation>Was gesagt und gezeigt wird. Das Wort names in geschweiften Klammern steht für die Eingelassenen; auto = eine Begrüßung in der Sprache des Bildschirms.</translation>
    </message>
    <message>
      <source>Speed of speech</source>
      <translation>Sprechtempo</translation>
    </message>
    <message>
      <source>Higher = faster.</source>
      <translation>Höher = schneller.</translation>
    </message>
    <message>
      <source>Volume</source>
      <translation>Lautstärke</translation>
    </message>
    <message>
      <source>0 = silent, 1 = loudest.</source>
      <translation>0 = stumm, 1 = am lautesten.</translation>
    </message>
    <message>
      <source>Voice of the speech engine</source>
      <translation>Stimme der Sprachausgabe</translation>
    </message>
    <message>
      <source>Such as en-us. Empty = the voice of the screen's language.</source>
      <translation>Zum Beispiel en-us. Leer = die Stimme der Sprache des Bildschirms.</translation>
    </message>
    <message>
      <source>Spoken hints</source>
      <translation>Gesprochene Hinweise</translation>
    </message>
    <message>
      <source>Hints such as "come closer" are spoken too, for people who cannot read the screen.</source>
      <translation>Auch Hinweise wie „Kommen Sie näher“ werden gesprochen, für Menschen, die den Bildschirm nicht lesen können.</translation>
    </message>
    <message>
      <source>Theme</source>
      <translation>Farbschema</translation>
    </message>
    <message>
      <source>The colours of the screen. Automatic = as the desktop has them.</source>
      <translation>Die Farben des Bildschirms. Automatisch = wie auf dem Desktop.</translation>
    </message>
    <message>
      <source>Language</source>
      <translation>Sprache</translation>
    </message>
    <message>
      <source>What the screen and the voice speak. Automatic = the language of the system.</source>
      <translation>Was Bildschirm und Stimme sprechen. Automatisch = die Sprache des Systems.</translation>
    </message>
    <message>
      <source>Full screen</source>
      <translation>Vollbild</translation>
    </message>
    <message>
      <source>The kiosk starts without a window frame.</source>
      <translation>Der Kiosk startet ohne Fensterrahmen.</translation>
    </message>
    <message>
      <source>Mirror</source>
      <translation>Spiegel</translation>
    </message>
    <message>
      <source>People see themselves as in a mirror.</source>
      <translation>Man sieht sich wie in einem Spiegel.</translation>
    </message>
    <message>
      <source>Large type</source>
      <translation>Große Schrift</translation>
    </message>
    <message>
      <source>Letters are half as large again.</source>
      <translation>Buchstaben sind um die Hälfte größer.</translation>
    </message>
    <message>
      <source>High contrast</source>
      <translation>Hoher Kontrast</translation>
    </message>
    <message>
      <source>Black and white, with frames around everything.</source>
      <translation>Schwarz und Weiß, mit Rahmen um alles.</translation>
    </message>
    <message>
      <source>Reduced motion</source>
      <translation>Weniger Bewegung</translation>
    </message>
    <message>
      <source>Nothing moves but the picture.</source>
      <translation>Nichts bewegt sich außer dem Bild.</translation>
    </message>
    <message>
      <source>Keyboard on the screen</source>
      <translation>Bildschirmtastatur</translation>
    </message>
    <message>
      <source>Automatic = where there is a touch screen and no keyboard.</source>
      <translation>Automatisch = wo es einen Touchscreen und keine Tastatur gibt.</translation>
    </message>
    <message>
      <source>Back to the door after</source>
      <translation>Zurück zur Tür nach</translation>
    </message>
    <message>
      <source>So long without a touch or a key, and the screen goes back to the door.</source>
      <translation>So lange ohne Berührung oder Taste, und der Bildschirm kehrt zur Tür zurück.</translation>
    </message>
    <message>
      <source>Staff file</source>
      <translation>Personaldatei</translation>
    </message>
    <message>
      <source>Where the staff and their PINs are kept. Empty = in the user's data folder.</source>
      <translation>Wo das Personal und seine PINs gespeichert sind. Leer = im Datenordner des Benutzers.</translation>
    </message>
    <message>
      <source>Folder of consent texts</source>
      <translation>Ordner der Einwilligungstexte</translation>
    </message>
    <message>
      <source>Texts of your own that people agree to. Empty = those that are shipped.</source>
      <translation>Eigene Texte, in die eingewilligt wird. Leer = die mitgelieferten.</translation>
    </message>
    <message>
      <source>Keep faces of refused visitors for</source>
      <translation>Gesichter Abgewiesener aufbewahren für</translation>
    </message>
    <message>
      <source>So that the staff can look at them and enrol one. 0 = they are not kept at all.</source>
      <translation>Damit das Personal sie ansehen und jemanden daraus erfassen kann. 0 = sie werden gar nicht aufbewahrt.</translation>
    </message>
    <message>
      <source>Automatic for {encoder}: {number}</source>
      <translation>Automatisch für {encoder}: {number}</translation>
    </message>
    <message>
      <source>Address or path of the source</source>
      <translation>Adresse oder Pfad der Quelle</translation>
    </message>
    <message>
      <source>Look through it</source>
      <translation>Vorschau zeigen</translation>
    </message>
    <message>
      <source>Automatic: the first camera</source>
      <translation>Automatisch: die erste Kamera</translation>
    </message>
    <message>
      <source>Demo</source>
      <translation>Demo</translation>
    </message>
    <message>
      <source>Another source</source>
      <translation>Andere Quelle</translation>
    </message>
    <message>
      <source>Name a source.</source>
      <translation>Nennen Sie eine Quelle.</translation>
    </message>
    <message>
      <source>The command line named {source}, which counts more than what is set here.</source>
      <translation>Die Kommandozeile nannte {source}; das gilt mehr als die Einstellung hier.</translation>
    </message>
    <message>
      <source>It is in use; its picture is at the top of this screen.</source>
      <translation>Sie ist in Gebrauch; ihr Bild steht oben auf diesem Bildschirm.</translation>
    </message>
    <message>
      <source>In use now: {source}</source>
      <translation>Jetzt in Gebrauch: {source}</translation>
    </message>
    <message>
      <source>The recognition is being loaded; wait a moment.</source>
      <translation>Die Erkennung wird geladen; warten Sie einen Moment.</translation>
    </message>
    <message>
      <source>more lenient</source>
      <translation>nachsichtiger</translation>
    </message>
    <message>
      <source>stricter</source>
      <translation>strenger</translation>
    </message>
    <message>
      <source>Less: {option}</source>
      <translation>Weniger: {option}</translation>
    </message>
    <message>
      <source>More: {option}</source>
      <translation>Mehr: {option}</translation>
    </message>
    <message>
      <source>A whole number is expected. {range}</source>
      <translation>Erwartet wird eine ganze Zahl. {range}</translation>
    </message>
    <message>
      <source>A number is expected. {range}</source>
      <translation>Erwartet wird eine Zahl. {range}</translation>
    </message>
    <message>
      <source>The journal is being read.</source>
      <translation>Das Protokoll wird gelesen.</translation>
    </message>
    <message>
      <source>What these numbers would do</source>
      <translation>Was diese Zahlen bewirken würden</translation>
    </message>
    <message>
      <source>No option is called so.</source>
      <translation>Keine Einstellung heißt so.</translation>
    </message>
    <message>
      <source>Reset</source>
      <translation>Zurücksetzen</translation>
    </message>
    <message>
      <source>Normally: {value}.</source>
      <translation>Üblich: {value}.</translation>
    </message>
    <message>
      <source>Reset: {option}</source>
      <translation>Zurücksetzen: {option}</translation>
    </message>
    <message>
      <source>changed, needs a restart</source>
      <translation>geändert, braucht einen Neustart</translation>
    </message>
    <message>
      <source>changed, reloads the recognition</source>
      <translation>geändert, lädt die Erkennung neu</translation>
    </message>
    <message>
      <source>changed</source>
      <translation>geändert</translation>
    </message>
    <message>
      <source>Mend what is marked first.</source>
      <translation>Berichtigen Sie zuerst, was markiert ist.</translation>
    </message>
    <message>
      <source>Restart the kiosk?</source>
      <translation>Den Kiosk neu starten?</translation>
    </message>
    <message>
      <source>The door stays shut until it is back, some seconds later.</source>
      <translation>Die Tür bleibt zu, bis er nach einigen Sekunden wieder da ist.</translation>
    </message>
    <message>
      <source>Restart</source>
      <translation>Neu starten</translation>
    </message>
    <message>
      <source>Not now</source>
      <translation>Nicht jetzt</translation>
    </message>
    <message>
      <source>It opens as for somebody who is let in, and stands in the journal under {name}.</source>
      <translation>Sie öffnet sich wie für jemanden, der eingelassen wird, und das steht im Protokoll unter {name}.</translation>
    </message>
    <message>
      <source>Open the door now?</source>
      <translation>Die Tür jetzt öffnen?</translation>
    </message>
    <message>
      <source>Open</source>
      <translation>Öffnen</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>The door is open.</source>
      <translation>Die Tür ist offen.</translation>
    </message>
    <message>
      <source>The door did not open.</source>
      <translation>Die Tür hat sich nicht geöffnet.</translation>
    </message>
    <message>
      <source>Search</source>
      <translation>Suchen</translation>
    </message>
    <message>
      <source>Search the options</source>
      <translation>Einstellungen durchsuchen</translation>
    </message>
    <message>
      <source>Part of the options</source>
      <translation>Bereich der Einstellungen</translation>
    </message>
    <message>
      <source>Hear it</source>
      <translation>Anhören</translation>
    </message>
    <message>
      <source>Say the welcome with these values.</source>
      <translation>Die Begrüßung mit diesen Werten sprechen.</translation>
    </message>
    <message>
      <source>Test the door</source>
      <translation>Tür testen</translation>
    </message>
    <message>
      <source>See whether the lock opens.</source>
      <translation>Prüfen, ob das Schloss öffnet.</translation>
    </message>
    <message>
      <source>Picture of the chosen camera</source>
      <translation>Bild der gewählten Kamera</translation>
    </message>
    <message>
      <source>The camera is being opened.</source>
      <translation>Die Kamera wird geöffnet.</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>Speichern</translation>
    </message>
    <message>
      <source>Discard</source>
      <translation>Verwerfen</translation>
    </message>
    <message>
      <source>Restart now</source>
      <translation>Jetzt neu starten</translation>
    </message>
    <message>
      <source>Not saved yet: {count}</source>
      <translation>Noch nicht gespeichert: {count}</translation>
    </message>
    <message>
      <source>Saved, and in force after a restart: {options}</source>
      <translation>Gespeichert, gilt nach einem Neustart: {options}</translation>
    </message>
    <message>
      <source>The file was changed by somebody else in the meantime.</source>
      <translation>Die Datei wurde inzwischen von jemand anderem geändert.</translation>
    </message>
    <message>
      <source>Save mine</source>
      <translation>Meine speichern</translation>
    </message>
    <message>
      <source>Keep theirs</source>
      <translation>Die anderen behalten</translation>
    </message>
    <message>
      <source>Decide later</source>
      <translation>Später entscheiden</translation>
    </message>
    <message>
      <source>{option}: {theirs} in the file, {ours} here.</source>
      <translation>{option}: {theirs} in der Datei, {ours} hier.</translation>
    </message>
    <message>
      <source>Saved. A part of it needs a restart.</source>
      <translation>Gespeichert. Ein Teil davon braucht einen Neustart.</translation>
    </message>
    <message>
      <source>Saved. The recognition is loaded anew; the door stays shut until it is.</source>
      <translation>Gespeichert. Die Erkennung wird neu geladen; bis dahin bleibt die Tür zu.</translation>
    </message>
    <message>
      <source>Saved, and in force in two seconds at the latest.</source>
      <translation>Gespeichert, gilt in spätestens zwei Sekunden.</translation>
    </message>
    <message>
      <source>Nobody in front of the camera can be compared now.</source>
      <translation>Vor der Kamera ist jetzt niemand, der verglichen werden kann.</translation>
    </message>
    <message>
      <source>Nobody is enrolled yet.</source>
      <translation>Noch ist niemand erfasst.</translation>
    </message>
    <message>
      <source>In the last 7 days nothing was decided that could be compared.</source>
      <translation>In den letzten 7 Tagen wurde nichts entschieden, das sich vergleichen ließe.</translation>
    </message>
    <message numerus="yes">
      <source>None of the %n decisions of the last 7 days would have changed.</source>
      <translation>
        <numerusform>Die eine Entscheidung der letzten 7 Tage wäre gleich ausgefallen.</numerusform>
        <numerusform>Keine der %n Entscheidungen der letzten 7 Tage wäre anders ausgefallen.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Of the %n decisions of the last 7 days, {changed} would have changed.</source>
      <translation>
        <numerusform>Von der einen Entscheidung der letzten 7 Tage wären {changed} anders ausgefallen.</numerusform>
        <numerusform>Von den %n Entscheidungen der letzten 7 Tage wären {changed} anders ausgefallen.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n more would have been let in.</source>
      <translation>
        <numerusform>Eine Person mehr wäre eingelassen worden.</numerusform>
        <numerusform>%n mehr wären eingelassen worden.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n more would have been refused.</source>
      <translation>
        <numerusform>Eine Person mehr wäre abgewiesen worden.</numerusform>
        <numerusform>%n mehr wären abgewiesen worden.</numerusform>
      </translation>
    </message>
    <message>
      <source>In front of the camera: {name} at {distance}. Within {threshold}, so would be recognised.</source>
      <translation>Vor der Kamera: {name} mit {distance}. Innerhalb von {threshold}, würde also erkannt.</translation>
    </message>
    <message>
      <source>In front of the camera: {name} at {distance}, but {other} is only {gap} farther, and it needs {margin}. Would not be recognised.</source>
      <translation>Vor der Kamera: {name} mit {distance}, aber {other} ist nur um {gap} weiter entfernt, nötig wären {margin}. Würde nicht erkannt.</translation>
    </message>
    <message>
      <source>In front of the camera: the nearest is {name} at {distance}. That is more than {threshold}, so nobody would be recognised.</source>
      <translation>Vor der Kamera: Am nächsten ist {name} mit {distance}. Das ist mehr als {threshold}, also würde niemand erkannt.</translation>
    </message>
    <message>
      <source>{number} {unit}</source>
      <translation>{number} {unit}</translation>
    </message>
    <message>
      <source>empty</source>
      <translation>leer</translation>
    </message>
    <message>
      <source>More than {low}, at most {high}.</source>
      <translation>Mehr als {low}, höchstens {high}.</translation>
    </message>
    <message>
      <source>From {low} to {high}.</source>
      <translation>Von {low} bis {high}.</translation>
    </message>
  </context>
  <context>
    <name>staff</name>
    <message>
      <source>is already a member of the staff</source>
      <translation>gehört bereits zum Personal</translation>
    </message>
    <message>
      <source>choose another name, or give this member a new PIN</source>
      <translation>wählen Sie einen anderen Namen, oder vergeben Sie eine neue PIN</translation>
    </message>
    <message>
      <source>is the last installer</source>
      <translation>ist die letzte Person mit der Rolle Technik</translation>
    </message>
    <message>
      <source>add another installer first</source>
      <translation>fügen Sie zuerst eine weitere Person mit der Rolle Technik hinzu</translation>
    </message>
    <message>
      <source>this PIN</source>
      <translation>diese PIN</translation>
    </message>
    <message>
      <source>choose another PIN</source>
      <translation>wählen Sie eine andere PIN</translation>
    </message>
    <message>
      <source>cannot be used</source>
      <translation>ist nicht möglich</translation>
    </message>
    <message>
      <source>is not of 6 to 12 digits</source>
      <translation>hat nicht 6 bis 12 Ziffern</translation>
    </message>
    <message>
      <source>is too easy to guess</source>
      <translation>ist zu leicht zu erraten</translation>
    </message>
    <message>
      <source>look at the list of the staff</source>
      <translation>sehen Sie in der Liste des Personals nach</translation>
    </message>
    <message>
      <source>is no member of the staff</source>
      <translation>gehört nicht zum Personal</translation>
    </message>
    <message>
      <source>stands for the command line itself</source>
      <translation>steht für die Kommandozeile selbst</translation>
    </message>
    <message>
      <source>the name “{name}”</source>
      <translation>der Name „{name}“</translation>
    </message>
    <message>
      <source>choose another name</source>
      <translation>wählen Sie einen anderen Namen</translation>
    </message>
    <message>
      <source>Camera picture</source>
      <translation>Kamerabild</translation>
    </message>
    <message>
      <source>The door</source>
      <translation>Die Tür</translation>
    </message>
    <message numerus="yes">
      <source>Back to the door in %n seconds.</source>
      <translation>
        <numerusform>Zurück zur Tür in einer Sekunde.</numerusform>
        <numerusform>Zurück zur Tür in %n Sekunden.</numerusform>
      </translation>
    </message>
    <message>
      <source>Are you still there?</source>
      <translation>Sind Sie noch da?</translation>
    </message>
    <message>
      <source>Continue</source>
      <translation>Weiter</translation>
    </message>
    <message>
      <source>Enrol</source>
      <translation>Erfassen</translation>
    </message>
    <message>
      <source>People</source>
      <translation>Personen</translation>
    </message>
    <message>
      <source>Visitors</source>
      <translation>Besucher</translation>
    </message>
    <message>
      <source>Journal</source>
      <translation>Protokoll</translation>
    </message>
    <message>
      <source>Health</source>
      <translation>Zustand</translation>
    </message>
    <message>
      <source>Settings</source>
      <translation>Einstellungen</translation>
    </message>
    <message>
      <source>Staff</source>
      <translation>Personal</translation>
    </message>
    <message>
      <source>Please enter your PIN</source>
      <translation>Bitte geben Sie Ihre PIN ein</translation>
    </message>
    <message>
      <source>Delete the last digit</source>
      <translation>Letzte Ziffer löschen</translation>
    </message>
    <message>
      <source>Sign in</source>
      <translation>Anmelden</translation>
    </message>
    <message>
      <source>One moment …</source>
      <translation>Einen Moment …</translation>
    </message>
    <message>
      <source>This PIN is not an installer's.</source>
      <translation>Diese PIN gehört nicht zur Technik.</translation>
    </message>
    <message numerus="yes">
      <source>%n digits entered</source>
      <translation>
        <numerusform>Eine Ziffer eingegeben</numerusform>
        <numerusform>%n Ziffern eingegeben</numerusform>
      </translation>
    </message>
    <message>
      <source>The command to type</source>
      <translation>Der einzugebende Befehl</translation>
    </message>
    <message>
      <source>Nobody has a PIN yet</source>
      <translation>Noch hat niemand eine PIN</translation>
    </message>
    <message>
      <source>The first member of staff is added on the command line of this machine. Type:</source>
      <translation>Die erste Person des Personals wird auf der Kommandozeile dieses Rechners hinzugefügt. Geben Sie ein:</translation>
    </message>
    <message>
      <source>An installer may add the others here, on this screen. Those who enrol people and read the journal are added with the role reception.</source>
      <translation>Wer die Rolle Technik hat, kann die anderen hier am Bildschirm hinzufügen. Wer Personen erfasst und das Protokoll liest, bekommt die Rolle Empfang.</translation>
    </message>
    <message>
      <source>The PIN was not checked: it came too early.</source>
      <translation>Die PIN wurde nicht geprüft: Sie kam zu früh.</translation>
    </message>
    <message>
      <source>Wrong PIN.</source>
      <translation>Falsche PIN.</translation>
    </message>
    <message numerus="yes">
      <source>%n tries left.</source>
      <translation>
        <numerusform>Noch ein Versuch.</numerusform>
        <numerusform>Noch %n Versuche.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Too many wrong PINs. Please wait %n minutes.</source>
      <translation>
        <numerusform>Zu viele falsche PINs. Bitte warten Sie eine Minute.</numerusform>
        <numerusform>Zu viele falsche PINs. Bitte warten Sie %n Minuten.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Please wait %n seconds.</source>
      <translation>
        <numerusform>Bitte warten Sie eine Sekunde.</numerusform>
        <numerusform>Bitte warten Sie %n Sekunden.</numerusform>
      </translation>
    </message>
    <message>
      <source>To the door</source>
      <translation>Zur Tür</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>Name</translation>
    </message>
    <message>
      <source>As it stands in the journal.</source>
      <translation>So, wie er im Protokoll steht.</translation>
    </message>
    <message>
      <source>Role</source>
      <translation>Rolle</translation>
    </message>
    <message>
      <source>New PIN</source>
      <translation>Neue PIN</translation>
    </message>
    <message>
      <source>6 to 12 digits that nobody guesses.</source>
      <translation>6 bis 12 Ziffern, die niemand errät.</translation>
    </message>
    <message>
      <source>The same PIN once more</source>
      <translation>Dieselbe PIN noch einmal</translation>
    </message>
    <message>
      <source>Save</source>
      <translation>Speichern</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>Somebody new</source>
      <translation>Neue Person</translation>
    </message>
    <message>
      <source>New PIN for {name}</source>
      <translation>Neue PIN für {name}</translation>
    </message>
    <message>
      <source>Please type a name without slashes, of at most 100 letters.</source>
      <translation>Bitte geben Sie einen Namen ohne Schrägstriche mit höchstens 100 Zeichen ein.</translation>
    </message>
    <message>
      <source>This PIN {fault}.</source>
      <translation>Diese PIN {fault}.</translation>
    </message>
    <message>
      <source>The two PINs differ.</source>
      <translation>Die beiden PINs stimmen nicht überein.</translation>
    </message>
    <message>
      <source>Reception: people, enrolment, journal</source>
      <translation>Empfang: Personen, Erfassung, Protokoll</translation>
    </message>
    <message>
      <source>Installer: also settings and staff</source>
      <translation>Technik: auch Einstellungen und Personal</translation>
    </message>
    <message>
      <source>{name} (you)</source>
      <translation>{name} (Sie)</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>Entfernen</translation>
    </message>
    <message>
      <source>Remove {name}</source>
      <translation>{name} entfernen</translation>
    </message>
    <message>
      <source>Add somebody</source>
      <translation>Jemanden hinzufügen</translation>
    </message>
    <message>
      <source>Everybody has a PIN of their own: what they do stands in the journal under their name.</source>
      <translation>Alle haben ihre eigene PIN: Was sie tun, steht unter ihrem Namen im Protokoll.</translation>
    </message>
    <message>
      <source>{name} may come in now.</source>
      <translation>{name} hat jetzt Zugang.</translation>
    </message>
    <message>
      <source>{name} has a new PIN.</source>
      <translation>{name} hat eine neue PIN.</translation>
    </message>
    <message>
      <source>{name} may not come in any more.</source>
      <translation>{name} hat keinen Zugang mehr.</translation>
    </message>
    <message>
      <source>Take the PIN of {name} away?</source>
      <translation>{name} die PIN entziehen?</translation>
    </message>
    <message>
      <source>What this member of staff did stays in the journal.</source>
      <translation>Was diese Person getan hat, bleibt im Protokoll.</translation>
    </message>
    <message>
      <source>Message</source>
      <translation>Meldung</translation>
    </message>
    <message>
      <source>One moment: this is not finished yet.</source>
      <translation>Einen Moment: Das ist noch nicht fertig.</translation>
    </message>
    <message>
      <source>Discard this enrolment?</source>
      <translation>Diese Erfassung verwerfen?</translation>
    </message>
    <message>
      <source>It has not been saved.</source>
      <translation>Sie ist nicht gespeichert.</translation>
    </message>
    <message>
      <source>Continue the enrolment</source>
      <translation>Erfassung fortsetzen</translation>
    </message>
    <message>
      <source>Discard the changes?</source>
      <translation>Änderungen verwerfen?</translation>
    </message>
    <message>
      <source>They have not been saved.</source>
      <translation>Sie sind nicht gespeichert.</translation>
    </message>
    <message>
      <source>Keep editing</source>
      <translation>Weiter bearbeiten</translation>
    </message>
    <message>
      <source>Discard</source>
      <translation>Verwerfen</translation>
    </message>
    <message>
      <source>The enrolment is not saved and will be discarded.</source>
      <translation>Die Erfassung ist nicht gespeichert und wird verworfen.</translation>
    </message>
    <message>
      <source>The changes are not saved and will be discarded.</source>
      <translation>Die Änderungen sind nicht gespeichert und werden verworfen.</translation>
    </message>
  </context>
  <context>
    <name>visitors</name>
    <message>
      <source>Enrol this visitor</source>
      <translation>Diesen Besucher erfassen</translation>
    </message>
    <message>
      <source>Delete</source>
      <translation>Löschen</translation>
    </message>
    <message>
      <source>This is {name}</source>
      <translation>Das ist {name}</translation>
    </message>
    <message>
      <source>Refused at {time}</source>
      <translation>Abgewiesen um {time}</translation>
    </message>
    <message numerus="yes">
      <source>Refused %n times, from {first} to {last}</source>
      <translation>
        <numerusform>Einmal abgewiesen, von {first} bis {last}</numerusform>
        <numerusform>%n-mal abgewiesen, von {first} bis {last}</numerusform>
      </translation>
    </message>
    <message>
      <source>Compared with nobody who is enrolled.</source>
      <translation>Mit niemandem verglichen, der erfasst ist.</translation>
    </message>
    <message>
      <source>Most alike is {name}, at a distance of {distance}; {needed} would be needed.</source>
      <translation>Am ähnlichsten ist {name} mit einer Distanz von {distance}; nötig wären {needed}.</translation>
    </message>
    <message numerus="yes">
      <source>and %n more faces</source>
      <translation>
        <numerusform>und ein weiteres Gesicht</numerusform>
        <numerusform>und %n weitere Gesichter</numerusform>
      </translation>
    </message>
    <message>
      <source>Face of {time}, chosen</source>
      <translation>Gesicht von {time}, ausgewählt</translation>
    </message>
    <message>
      <source>Face of {time}, left out</source>
      <translation>Gesicht von {time}, weggelassen</translation>
    </message>
    <message>
      <source>To the settings</source>
      <translation>Zu den Einstellungen</translation>
    </message>
    <message>
      <source>Delete all</source>
      <translation>Alle löschen</translation>
    </message>
    <message>
      <source>Show more</source>
      <translation>Mehr anzeigen</translation>
    </message>
    <message>
      <source>Delete the faces of all unknown visitors?</source>
      <translation>Die Gesichter aller unbekannten Besucher löschen?</translation>
    </message>
    <message>
      <source>The faces of refused visitors are not kept.</source>
      <translation>Die Gesichter abgewiesener Besucher werden nicht aufbewahrt.</translation>
    </message>
    <message>
      <source>If they were, you could see here who was refused, and enrol somebody from such a picture, after that person has agreed. Who sets up the kiosk can switch it on: in the settings, under how long the face of a refused visitor is kept.</source>
      <translation>Würden sie aufbewahrt, könnten Sie hier sehen, wer abgewiesen wurde, und jemanden aus einem solchen Bild erfassen, nachdem die Person eingewilligt hat. Wer den Kiosk einrichtet, kann das einschalten: in den Einstellungen, unter der Dauer, für die Gesichter Abgewiesener aufbewahrt werden.</translation>
    </message>
    <message numerus="yes">
      <source>Nobody unknown was refused in the last %n hours.</source>
      <translation>
        <numerusform>In der letzten Stunde wurde niemand Unbekanntes abgewiesen.</numerusform>
        <numerusform>In den letzten %n Stunden wurde niemand Unbekanntes abgewiesen.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Faces that the door refused and did not know. They are deleted after %n hours. A face becomes somebody's picture only after that person has agreed.</source>
      <translation>
        <numerusform>Gesichter, die die Tür abgewiesen und nicht erkannt hat. Sie werden nach einer Stunde gelöscht. Ein Gesicht wird erst zum Bild einer Person, nachdem sie eingewilligt hat.</numerusform>
        <numerusform>Gesichter, die die Tür abgewiesen und nicht erkannt hat. Sie werden nach %n Stunden gelöscht. Ein Gesicht wird erst zum Bild einer Person, nachdem sie eingewilligt hat.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Delete %n faces of this visitor?</source>
      <translation>
        <numerusform>Ein Gesicht dieses Besuchers löschen?</numerusform>
        <numerusform>%n Gesichter dieses Besuchers löschen?</numerusform>
      </translation>
    </message>
    <message>
      <source>They cannot be brought back.</source>
      <translation>Sie lassen sich nicht zurückholen.</translation>
    </message>
    <message>
      <source>Keep</source>
      <translation>Behalten</translation>
    </message>
    <message numerus="yes">
      <source>%n faces were deleted.</source>
      <translation>
        <numerusform>Ein Gesicht wurde gelöscht.</numerusform>
        <numerusform>%n Gesichter wurden gelöscht.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>welcome</name>
    <message>
      <source>{names} and {last}</source>
      <translation>{names} und {last}</translation>
    </message>
    <message>
      <source>Welcome {names}, have a nice day!</source>
      <translation>Willkommen {names}, einen schönen Tag!</translation>
    </message>
  </context>
</TS>
