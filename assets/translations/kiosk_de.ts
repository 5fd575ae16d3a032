<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
  <context>
    <name>door</name>
    <message>
      <source>Look at the camera</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>One at a time, please</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Come a little closer</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>More light, please</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Turn away from the bright light</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Hold still for a moment</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Look straight at the camera</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Pictures do not open this door</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Please ring the bell or ask at the reception.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>That was not clear enough. Take off hat or glasses and look straight at the camera.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Please ask at the reception.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Please ask at the reception: your access has not begun yet.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Please ask at the reception: your access has ended.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The door stays locked. {sentence}</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Demo</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Demo: no camera was found.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>State of the door</source>
      <translation>Zustand der Tür</translation>
    </message>
    <message>
      <source>Progress</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Camera picture</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>No picture</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>No access</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Not recognised</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Loading the face recognition</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Reading the pictures of the gallery</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The door did not open.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Welcome, please come in</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Unlocked for {seconds} s</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Starting</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Changing the recognition</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>One moment, please.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>{what}: {done} of {total}</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The recognition does not answer</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Nobody is enrolled</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The camera is being opened.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The recording has ended.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>No more pictures</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>It is being opened again.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Camera lost</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>No access at present</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>To open it again, step aside and come back.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Please look at the camera. The door is locked.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>One moment</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The door is locked.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Locked</source>
      <translation>Verriegelt</translation>
    </message>
    <message>
      <source>Look at the camera to come in.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Out of order</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Put pictures into the image folder, or type: kiosk enrol NAME PICTURE</source>
      <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
      <source>%n pictures could not be used; kiosk people says why</source>
      <translation type="unfinished">
        <numerusform></numerusform>
        <numerusform></numerusform>
      </translation>
    </message>
    <message>
      <source>Staff side (F2)</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Kiosk</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Time</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Date</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Messages for the staff</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>({number} of {total})  {message}</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>For hundreds of people, first: kiosk weights fetch sface</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The gallery has changed and is in force.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The new configuration is in force.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The new configuration is in force; {options} at the next start.</source>
      <translation type="unfinished"></translation>
    </message>
  </context>
  <context>
    <name>health</name>
    <message>
      <source>fetch a stronger encoder: kiosk weights fetch sface, then `encoder: sface` in config.yaml</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>built-in defaults</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>threshold {threshold}, margin {margin}</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>mend the name under matching: `kiosk encoders` lists them</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>no encoder is called {names}</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>nothing counts for {names}, the encoder in use is called {encoder}</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>{folder}: people {people}, pictures {pictures}, skipped {skipped}</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>add pictures with `kiosk enrol NAME PICTURE`</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>see `kiosk people` for the reasons</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>{found}; that is many for {encoder}</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>is switched off in the configuration</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>speaks</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>{file} can be written</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>make room: without it the journal stops, and the door stays shut</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>{gigabytes} GB free at {folder}</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>stands at {now}, before the journal's last entry of {last}</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>set the clock; the journal would be out of order</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>{now}, not synchronised</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>switch time synchronisation on: timedatectl set-ntp true</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>run again with --debug and report it</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>none is used, the demo runs instead</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>connect a camera</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>nobody looks</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>gives no picture; check its cable</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>is being opened</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>the recording has ended</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>{source}: {size}, {rate} frames a second, {dropped} dropped since the start</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>more light lets a camera give more frames; or ask less of it in the settings</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>is being loaded; the door stays locked meanwhile</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>wait a moment</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>waits for frames</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>{rate} frames a second, {ms} ms a frame, {faces} faces a frame</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>close other programs, or give the encoder more cores in the settings</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>is locked until the recognition is loaded</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>is open</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>is locked</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>is being loaded</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>the kiosk takes {taken} MB, {left} MB are free</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>close other programs, or start the machine again</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>let air to the machine: dust, sun and a closed case make it hot</source>
      <translation type="unfinished"></translation>
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
    <name>settings</name>
    <message>
      <source>No more frames can agree than are counted.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The least light must be below the most light.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Recognition</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Decision</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Door</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Voice</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Screen</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Camera</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Picture quality</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Staff side</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Networks</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Gallery</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Journal</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>px</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>s</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>h</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>cores</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>frames</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>frames a second</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>words a minute</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>mean grey, 0 to 255</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>variance of the Laplacian</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>part of the eye distance</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>distance</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>part</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Dark</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Light</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>On</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Off</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Encoder</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The network that makes a face into numbers. Several work together as one.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Detector</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>What finds the faces in the picture.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Folder of networks</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Where further encoders and detectors are looked for.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Processor cores</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>How many the encoder may use. More = faster, until the machine has no more.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Source</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Where the picture comes from: a camera, a video file, a stream, a folder of stills or the demo.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Picture width</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>What the camera is asked for; it may give another.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Picture height</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Picture rate</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Camera counts as lost after</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>A picture that has not changed for so long means that the camera is lost.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Smallest face</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Smaller faces are asked to come closer. Higher = people stand nearer.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Least light</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Darker faces are asked for more light. Higher = stricter.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Most light</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Brighter faces are asked for less light. Lower = stricter.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Least sharpness</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>More blurred faces are asked to hold still. Higher = stricter.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Largest turn of the head</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>How far a face may look aside. Lower = stricter; 0 = straight ahead only.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Threshold</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>A face that is farther from everybody than this is nobody. Lower = stricter, higher = more lenient.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Margin</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The next best person must be farther away by this. Higher = stricter.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Frames that must agree</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>So many must name the same person. Higher = stricter and slower.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Frames that are counted</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The last frames among which those that agree are counted. Higher = more patient.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>No second greeting within</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Who comes back within this time is let in without a greeting.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Counts as gone after</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Who was out of sight for less has not left; the door is not opened again.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Pause after a refusal</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>After it the same face is tried again. The pause doubles each time, up to 60 seconds.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Image folder</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The folder with the pictures of everybody who is known.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Door stays open for</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>How long the door is unlocked when somebody is let in.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Journal file</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Where decisions are written down. Empty = in the user's data folder.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Who is let in hears a welcome.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Welcome</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>What is said and shown. The word names in braces stands for who was let in; auto = a welcome in the screen's language.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Speed of speech</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Higher = faster.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Volume</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>0 = silent, 1 = loudest.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Voice of the speech engine</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Such as en-us. Empty = the voice of the screen's language.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Spoken hints</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Hints such as "come closer" are spoken too, for people who cannot read the screen.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Theme</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The colours of the screen. Automatic = as the desktop has them.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Language</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>What the screen and the voice speak. Automatic = the language of the system.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Full screen</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The kiosk starts without a window frame.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Mirror</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>People see themselves as in a mirror.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Large type</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Letters are half as large again.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>High contrast</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Black and white, with frames around everything.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Reduced motion</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Nothing moves but the picture.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Keyboard on the screen</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Automatic = where there is a touch screen and no keyboard.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Back to the door after</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>So long without a touch or a key, and the screen goes back to the door.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Staff file</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Where the staff and their PINs are kept. Empty = in the user's data folder.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Folder of consent texts</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Texts of your own that people agree to. Empty = those that are shipped.</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Keep faces of refused visitors for</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>So that the staff can look at them and enrol one. 0 = they are not kept at all.</source>
      <translation type="unfinished"></translation>
    </message>
  </context>
  <context>
    <name>staff</name>
    <message>
      <source>is already a member of the staff</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>choose another name, or give this member a new PIN</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>is the last installer</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>add another installer first</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>this PIN</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>choose another PIN</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>cannot be used</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>is not of 6 to 12 digits</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>is too easy to guess</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>look at the list of the staff</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>is no member of the staff</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>stands for the command line itself</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>the name “{name}”</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>choose another name</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Camera picture</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The door</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Delete the last digit</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Sign in</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>One moment …</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>That PIN is not known.</source>
      <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
      <source>%n digits entered</source>
      <translation type="unfinished">
        <numerusform></numerusform>
        <numerusform></numerusform>
      </translation>
    </message>
    <message>
      <source>Please enter your PIN</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The command to type</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>Nobody has a PIN yet</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>The first member of staff is added on the command line of this machine. Type:</source>
      <translation type="unfinished"></translation>
    </message>
    <message>
      <source>An installer may add the others here, on this screen. Those who enrol people and read the journal are added with the role reception.</source>
      <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
      <source>Too many wrong PINs. Please wait %n minutes.</source>
      <translation type="unfinished">
        <numerusform></numerusform>
        <numerusform></numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Please wait %n seconds.</source>
      <translation type="unfinished">
        <numerusform></numerusform>
        <numerusform></numerusform>
      </translation>
    </message>
    <message>
      <source>To the door</source>
      <translation>Zur Tür</translation>
    </message>
    <message>
      <source>Staff</source>
      <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
      <source>Back to the door in %n seconds.</source>
      <translation type="unfinished">
        <numerusform></numerusform>
        <numerusform></numerusform>
      </translation>
    </message>
    <message>
      <source>Message</source>
      <translation type="unfinished"></translation>
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
