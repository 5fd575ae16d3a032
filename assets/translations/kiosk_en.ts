<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
  <context>
    <name>door</name>
    <message numerus="yes">
      <source>%n pictures could not be used; kiosk people says why</source>
      <translation>
        <numerusform>One picture could not be used; kiosk people says why</numerusform>
        <numerusform>%n pictures could not be used; kiosk people says why</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>enrolment</name>
    <message numerus="yes">
      <source>%n pictures of {name} can be saved.</source>
      <translation>
        <numerusform>One picture of {name} can be saved.</numerusform>
        <numerusform>%n pictures of {name} can be saved.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n pictures will be used after the consent.</source>
      <translation>
        <numerusform>One picture will be used after the consent.</numerusform>
        <numerusform>%n pictures will be used after the consent.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>health</name>
    <message numerus="yes">
      <source>and %n more</source>
      <translation>
        <numerusform>and one more</numerusform>
        <numerusform>and %n more</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n parts have to be mended.</source>
      <translation>
        <numerusform>One part has to be mended.</numerusform>
        <numerusform>%n parts have to be mended.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>It works; %n parts need attention.</source>
      <translation>
        <numerusform>It works; one part needs attention.</numerusform>
        <numerusform>It works; %n parts need attention.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n people are described</source>
      <translation>
        <numerusform>one person is described</numerusform>
        <numerusform>%n people are described</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n members of staff have a PIN</source>
      <translation>
        <numerusform>one member of staff has a PIN</numerusform>
        <numerusform>%n members of staff have a PIN</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n faces have not moved for a minute. They neither open the door nor keep it shut.</source>
      <translation>
        <numerusform>One face has not moved for a minute. It neither opens the door nor keeps it shut.</numerusform>
        <numerusform>%n faces have not moved for a minute. They neither open the door nor keep it shut.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>journal</name>
    <message numerus="yes">
      <source>%n people</source>
      <translation>
        <numerusform>one person</numerusform>
        <numerusform>%n people</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n pictures</source>
      <translation>
        <numerusform>one picture</numerusform>
        <numerusform>%n pictures</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n faces</source>
      <translation>
        <numerusform>one face</numerusform>
        <numerusform>%n faces</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Threshold {threshold}, margin {margin}, among %n people</source>
      <translation>
        <numerusform>Threshold {threshold}, margin {margin}, among one person</numerusform>
        <numerusform>Threshold {threshold}, margin {margin}, among %n people</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>people</name>
    <message numerus="yes">
      <source>%n people</source>
      <translation>
        <numerusform>One person</numerusform>
        <numerusform>%n people</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>{shown} of %n people</source>
      <translation>
        <numerusform>{shown} of one person</numerusform>
        <numerusform>{shown} of %n people</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n people are exported to {file}</source>
      <translation>
        <numerusform>One person is exported to {file}</numerusform>
        <numerusform>%n people are exported to {file}</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n people came in.</source>
      <translation>
        <numerusform>One person came in.</numerusform>
        <numerusform>%n people came in.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n pictures were removed.</source>
      <translation>
        <numerusform>One picture was removed.</numerusform>
        <numerusform>%n pictures were removed.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n pictures</source>
      <translation>
        <numerusform>One picture</numerusform>
        <numerusform>%n pictures</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n files in recycle bins of the image folder</source>
      <translation>
        <numerusform>%n file in recycle bins of the image folder</numerusform>
        <numerusform>%n files in recycle bins of the image folder</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n stored templates</source>
      <translation>
        <numerusform>One stored template</numerusform>
        <numerusform>%n stored templates</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n records of name, data and consent</source>
      <translation>
        <numerusform>One record of name, data and consent</numerusform>
        <numerusform>%n records of name, data and consent</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n kept faces of visitors who look alike</source>
      <translation>
        <numerusform>One kept face of a visitor who looks alike</numerusform>
        <numerusform>%n kept faces of visitors who look alike</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n lines of the journal, where {number} stands instead</source>
      <translation>
        <numerusform>One line of the journal, where {number} stands instead</numerusform>
        <numerusform>%n lines of the journal, where {number} stands instead</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>picker</name>
    <message numerus="yes">
      <source>Add %n pictures</source>
      <translation>
        <numerusform>Add %n picture</numerusform>
        <numerusform>Add %n pictures</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>settings</name>
    <message numerus="yes">
      <source>None of the %n decisions of the last 7 days would have changed.</source>
      <translation>
        <numerusform>The one decision of the last 7 days would not have changed.</numerusform>
        <numerusform>None of the %n decisions of the last 7 days would have changed.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Of the %n decisions of the last 7 days, {changed} would have changed.</source>
      <translation>
        <numerusform>Of the one decision of the last 7 days, {changed} would have changed.</numerusform>
        <numerusform>Of the %n decisions of the last 7 days, {changed} would have changed.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n more would have been let in.</source>
      <translation>
        <numerusform>One more would have been let in.</numerusform>
        <numerusform>%n more would have been let in.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n more would have been refused.</source>
      <translation>
        <numerusform>One more would have been refused.</numerusform>
        <numerusform>%n more would have been refused.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>staff</name>
    <message numerus="yes">
      <source>Back to the door in %n seconds.</source>
      <translation>
        <numerusform>Back to the door in one second.</numerusform>
        <numerusform>Back to the door in %n seconds.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n digits entered</source>
      <translation>
        <numerusform>One digit entered</numerusform>
        <numerusform>%n digits entered</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n tries left.</source>
      <translation>
        <numerusform>One try left.</numerusform>
        <numerusform>%n tries left.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Too many wrong PINs. Please wait %n minutes.</source>
      <translation>
        <numerusform>Too many wrong PINs. Please wait one minute.</numerusform>
        <numerusform>Too many wrong PINs. Please wait %n minutes.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Please wait %n seconds.</source>
      <translation>
        <numerusform>Please wait one second.</numerusform>
        <numerusform>Please wait %n seconds.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>visitors</name>
    <message numerus="yes">
      <source>Refused %n times, from {first} to {last}</source>
      <translation>
        <numerusform>Refused once, from {first} to {last}</numerusform>
        <numerusform>Refused %n times, from {first} to {last}</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>and %n more faces</source>
      <translation>
        <numerusform>and one more face</numerusform>
        <numerusform>and %n more faces</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Nobody unknown was refused in the last %n hours.</source>
      <translation>
        <numerusform>Nobody unknown was refused in the last hour.</numerusform>
        <numerusform>Nobody unknown was refused in the last %n hours.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Faces that the door refused and did not know. They are deleted after %n hours. A face becomes somebody's picture only after that person has agreed.</source>
      <translation>
        <numerusform>Faces that the door refused and did not know. They are deleted after one hour. A face becomes somebody's picture only after that person has agreed.</numerusform>
        <numerusform>Faces that the door refused and did not know. They are deleted after %n hours. A face becomes somebody's picture only after that person has agreed.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Delete %n faces of this visitor?</source>
      <translation>
        <numerusform>Delete one face of this visitor?</numerusform>
        <numerusform>Delete %n faces of this visitor?</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%n faces were deleted.</source>
      <translation>
        <numerusform>One face was deleted.</numerusform>
        <numerusform>%n faces were deleted.</numerusform>
      </translation>
    </message>
  </context>
</TS>
